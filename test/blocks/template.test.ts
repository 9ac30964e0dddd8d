import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTemplate } from '../../src/blocks/index.ts'
import { folder } from '../support/folder.ts'

async function read (template: object | string): Promise<unknown> {
  return await readTemplate(join(await folder({ 't.json': template }), 't.json'))
}

describe('readTemplate', () => {
  it('reads params', async () => {
    expect(await read({
      id: 't', description: 'd', app: 'demo@1', partitioner: 'replicate', assembler: 'zip',
      dataSource: { dataSourceDescriptor: 'bypass' }, dataDestination: { dataSourceDescriptor: 'bucket', params: { x: 1 } },
      params: { partitioner: { n: 5 }, assembler: {}, app: { prompt: 'p' } }
    })).toEqual({
      id: 't', description: 'd', app: 'demo@1', partitioner: 'replicate', assembler: 'zip',
      dataSource: { dataSourceDescriptor: 'bypass' }, dataDestination: { dataSourceDescriptor: 'bucket', params: { x: 1 } },
      params: { partitioner: { n: 5 }, app: { prompt: 'p' }, assembler: {} }, config: {}
    })
  })

  it('reads default_params, and tags from them when none are given', async () => {
    expect(await read({
      id: 't',
      default_params: {
        partitioner: { app_id: 'fan', version: '0.2', parameters: { urls: ['u'] } },
        app: { app_id: 'scrape', version: '0.1', parameters: { timeout: 3 } },
        assembler: { app_id: 'join', parameters: {} }
      }
    })).toMatchObject({ app: 'scrape@0.1', partitioner: 'fan@0.2', assembler: 'join', params: { partitioner: { urls: ['u'] }, app: { timeout: 3 }, assembler: {} } })
  })

  it('lets tags and params win over default_params', async () => {
    expect(await read({
      id: 't', app: 'mine', params: { app: { a: 1 } },
      defaultParams: { app: { app_id: 'other', version: '1.0', parameters: { a: 2 } }, partitioner: { lines: 3 } }
    })).toMatchObject({ app: 'mine', params: { app: { a: 1 }, partitioner: { lines: 3 } } })
  })

  it('does not mistake a parameter called "parameters" for a wrapper', async () => {
    expect(await read({ id: 't', app: 'a', params: { app: { parameters: { x: 1 } } } })).toMatchObject({ params: { app: { parameters: { x: 1 } } } })
  })

  it('takes numbers as text in config, and defaults for the rest', async () => {
    expect(await read({ id: 't', app: 'a', config: { taskTimeout: '60', job_timeout: 3600, retries: '2', isTestJob: 'true' } }))
      .toMatchObject({ partitioner: 'passthrough', assembler: 'passthrough', config: { taskTimeout: 60, jobTimeout: 3600, retries: 2, isTestJob: true } })
  })

  it.each<[string, object | string, string]>([
    ['no id', { app: 'a' }, 'id'],
    ['no app', { id: 't' }, 'app'],
    ['params that are no object', { id: 't', app: 'a', params: 3 }, '/params'],
    ['params of a block that are no object', { id: 't', app: 'a', params: { app: [1] } }, '/params/app'],
    ['a timeout that is no number', { id: 't', app: 'a', config: { taskTimeout: 'soon' } }, '/config/taskTimeout'],
    ['params of an unknown block', { id: 't', app: 'a', params: { apps: {} } }, 'apps'],
    ['default_params of an unknown block', { id: 't', app: 'a', default_params: { apps: {} } }, 'apps'],
    ['no JSON', '{,}', 't.json']
  ])('refuses %s', async (_, template, words) => {
    await expect(read(template)).rejects.toMatchObject({ code: 'NS_E_TEMPLATE_INVALID', message: expect.stringContaining(words), remedy: expect.any(String) })
  })

  it('says when the file is missing', async () => {
    await expect(readTemplate('/no/such.json')).rejects.toMatchObject({ code: 'NS_E_TEMPLATE_INVALID', message: expect.stringContaining('/no/such.json') })
  })
})
