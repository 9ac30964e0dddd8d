import type { ContainerOptions } from '../composition/containers.ts'
import { DEFAULT_IMAGE_RULES } from '../model/image-rules.ts'

const GIB = 1024 ** 3

/** What the command line says about containers. */
export interface ContainerFlags {
  readonly containers: boolean
  readonly engine?: string
  readonly allowImage?: readonly string[]
  readonly denyImage?: readonly string[]
  readonly registry?: readonly string[]
  readonly maxImageSize?: number
  readonly imageQuota?: number
  readonly egress?: boolean
  readonly runtime?: string
}

export function containerOptions (flags: ContainerFlags): ContainerOptions {
  const rules = DEFAULT_IMAGE_RULES
  return {
    enabled: flags.containers,
    ...flags.engine === undefined ? {} : { socket: flags.engine.replace(/^unix:\/\//, '') },
    rules: {
      allow: flags.allowImage ?? rules.allow,
      deny: flags.denyImage ?? rules.deny,
      registries: [...rules.registries, ...flags.registry ?? []],
      maxBytes: bytes(flags.maxImageSize, rules.maxBytes),
      quotaBytes: bytes(flags.imageQuota, rules.quotaBytes)
    },
    egress: flags.egress === true,
    ...flags.runtime === undefined ? {} : { runtime: flags.runtime }
  }
}

function bytes (gib: number | undefined, otherwise: number): number {
  return gib === undefined ? otherwise : Math.round(gib * GIB)
}
