import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

const Tag = Type.String({ minLength: 1, maxLength: 160 })
const Params = Type.Record(Type.String({ maxLength: 256 }), Type.Unknown(), { default: {} })
const Endpoint = Type.Object({
  dataSourceDescriptor: Type.String({ minLength: 1, maxLength: 64 })
}, { additionalProperties: true })
const Seconds = (maximum: number): ReturnType<typeof Type.Number> => Type.Number({ minimum: 0, maximum })

/** template.json in its one canonical spelling: which blocks make a job, and their parameters. */
export const TemplateSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 160 }),
  description: Type.String({ maxLength: 4096, default: '' }),
  app: Tag,
  partitioner: Type.String({ minLength: 1, maxLength: 160, default: 'passthrough' }),
  assembler: Type.String({ minLength: 1, maxLength: 160, default: 'passthrough' }),
  dataSource: Type.Optional(Endpoint),
  dataDestination: Type.Optional(Endpoint),
  params: Type.Object({ partitioner: Params, app: Params, assembler: Params }, { additionalProperties: false, default: {} }),
  config: Type.Object({
    /** seconds */
    taskTimeout: Type.Optional(Seconds(86_400)),
    /** seconds */
    jobTimeout: Type.Optional(Seconds(31_536_000)),
    retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    isTestJob: Type.Optional(Type.Boolean())
  }, { additionalProperties: true, default: {} })
}, { additionalProperties: true })

export type Template = Static<typeof TemplateSchema>
