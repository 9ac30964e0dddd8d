import { isPrivateIp } from '@libp2p/utils'
import { isIPv4, isIPv6 } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An IP address and TCP port that a node can be dialled at. */
export interface Endpoint {
  readonly ip: string
  readonly port: number
}

/** How far an IP address reaches: this machine, this network, everywhere. */
export type Scope = 'loopback' | 'private' | 'public'

/** The endpoint of `/ip4|ip6/…/tcp/…`, with or without what follows; undefined for names, other transports and port 0. */
export function endpointOf (address: Multiaddr): Endpoint | undefined {
  const [first, second] = address.getComponents()
  if (first === undefined || second?.name !== 'tcp' || (first.name !== 'ip4' && first.name !== 'ip6')) return undefined
  const ip = first.value ?? ''
  const port = Number(second.value)
  if ((first.name === 'ip4' ? !isIPv4(ip) : !isIPv6(ip)) || !Number.isInteger(port) || port < 1) return undefined
  return { ip: plain(ip), port }
}

/** IPv4 as it comes on a socket that takes both, in either of its spellings. */
function plain (ip: string): string {
  const [, dotted, high, low] = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(ip) ?? []
  if (high === undefined || low === undefined) return dotted ?? ip
  return [high, low].flatMap(group => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]).join('.')
}

/**
 * The network that a host is known by where hosts are counted. Of IPv6 the least that anybody is given is 64 bits of
 * prefix: each of the 2^64 addresses in it may be the same host.
 */
export function hostNetwork (ip: string): string {
  if (isIPv4(ip)) return ip
  const [head = '', tail = ''] = ip.split('::')
  const [before, after] = [head, tail].map(part => part === '' ? [] : part.split(':')) as [string[], string[]]
  const left = 8 - before.length - after.length - (tail.includes('.') ? 1 : 0)
  const groups = [...before, ...Array.from({ length: Math.max(0, left) }, () => '0'), ...after]
  return `${groups.slice(0, 4).map(group => parseInt(group, 16).toString(16)).join(':')}::/64`
}

export function addressOf ({ ip, port }: Endpoint): string {
  return `/ip${isIPv4(ip) ? 4 : 6}/${ip}/tcp/${port}`
}

export function scopeOf (ip: string): Scope {
  if (ip === '::1' || ip.startsWith('127.')) return 'loopback'
  return isGlobalUnicast(ip) && isPrivateIp(ip) === false ? 'public' : 'private'
}

/** What libp2p's list of private ranges leaves out: multicast, and all of IPv6 that is assigned to no host, such as ways to write an IPv4 address. */
function isGlobalUnicast (ip: string): boolean {
  const [first = ''] = ip.split(/[.:]/)
  return isIPv4(ip) ? Number(first) < 224 : /^[23][0-9a-f]{3}$/i.test(first)
}

/** True for an address by way of a relay. */
export function isRelayed (address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/** A multiaddr of a peer's making; undefined when it is none, or longer than any honest one. */
export function parsedAddress (text: string): Multiaddr | undefined {
  if (text.length > MAX_ADDRESS_CHARS) return undefined
  try {
    return multiaddr(text)
  } catch {
    return undefined
  }
}

/** Longest address accepted from a peer: a relay's with two peer ids and room to spare, characters. */
const MAX_ADDRESS_CHARS = 300
