import { answers, logins } from './answers.ts'
import { cores } from './cores.ts'
import { archives, imageDocuments, manifests, specs, templates, words } from './documents.ts'
import { assemblers, partitioners } from './engines.ts'
import { blockFolders, endpoints, identities, journals, mirrors, wallets } from './files.ts'
import { http, rawHttp } from './http.ts'
import { workerHttp } from './http-worker.ts'
import type { Target } from './run.ts'
import { blobReplies, blobRequests, control, dialBackRequests, dialBackResponses, nettings, peerLists, proofs, receipts, resultLists, runnerFrames } from './wire.ts'

export interface Listed { readonly name: string, readonly open: () => Promise<Target> }

function listed (name: string, open: () => Target | Promise<Target>): Listed {
  return { name, open: async () => await open() }
}

/** Every reader of what comes from outside, to be opened one at a time. */
export const targets: readonly Listed[] = [
  listed('control frames', control),
  listed('messages to the cores', cores),
  listed('blob requests', blobRequests),
  listed('blob replies', blobReplies),
  listed('requests to dial back', dialBackRequests),
  listed('answers to requests to dial back', dialBackResponses),
  listed('lists of peers', peerLists),
  listed('receipts', receipts),
  listed('accusations', proofs),
  listed('netting documents', nettings),
  listed('result lists', resultLists),
  listed('task specifications', specs),
  listed('runner frames', runnerFrames),
  listed('manifests', manifests),
  listed('templates', templates),
  listed('image names and amounts', words),
  listed('image documents', imageDocuments),
  listed('image archives', archives),
  listed('block folders', blockFolders),
  listed('partitioner inputs', partitioners),
  listed('assembler inputs', assemblers),
  listed('answers of a coordinator', answers),
  listed('answers of a registry', logins),
  listed('HTTP requests', http),
  listed('requests to a worker over HTTP', workerHttp),
  listed('bytes to the HTTP port', rawHttp),
  listed('identity keys', identities),
  listed('mirror files', mirrors),
  listed('journals', journals),
  listed('wallet files', wallets),
  listed('endpoint files', endpoints)
]
