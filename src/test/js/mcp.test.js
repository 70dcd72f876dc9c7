/** The MCP server, as the npm client of the protocol's own SDK sees it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { Bare, closing, http, KEY, unique, within, ws } from './helpers.js'

async function connect(key = KEY) {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const requestInit = { headers: { Authorization: `Bearer ${key}` } }
  await within(client.connect(new StreamableHTTPClientTransport(new URL(http('mcp')), { requestInit })), 'a hello')
  return closing(client)
}

describe('npm @modelcontextprotocol/sdk', { timeout: 60_000 }, () => {
  test('finds the four tools, with their schemas (G6)', async () => {
    const client = await connect()
    assert.equal(client.getServerVersion().name, 'Synapse')
    const { tools } = await within(client.listTools(), 'the tools')
    assert.deepEqual(tools.map(({ name }) => name).sort(), [
      'websocket_get_endpoint',
      'websocket_publish_to_channel',
      'websocket_send_to_connection',
      'websocket_subscribe_to_channel'
    ])
    for (const tool of tools) {
      assert.equal(tool.inputSchema.type, 'object')
      assert.ok(tool.description.length > 10)
    }
  })

  test('subscribes a connection, publishes to it, and says something to it alone (G6)', async () => {
    const client = await connect()
    const call = async (name, args) => {
      const result = await within(client.callTool({ name, arguments: args }), name)
      assert.ok(!result.isError, JSON.stringify(result))
      assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent)
      return result.structuredContent
    }
    const endpoint = await call('websocket_get_endpoint', {})
    assert.equal(endpoint.websocket_url, ws('ws'))
    const bare = await Bare.open('ws')
    const next = (type) => bare.next((message) => message.type === type, type)
    const { connection_id } = await next('system')
    const channel = `public:${unique('mcp')}`
    const subscribed = await call('websocket_subscribe_to_channel', { connection_id, channel })
    assert.equal(subscribed.status, 'subscribed')
    assert.equal((await next('subscribed')).topic, channel)
    const published = await call('websocket_publish_to_channel', { channel, message: { text: 'hello' } })
    assert.equal(published.status, 'published')
    assert.equal((await next('event')).payload.text, 'hello')
    await call('websocket_send_to_connection', { connection_id, message: 'for you' })
    assert.equal((await next('message')).payload, 'for you')
  })

  test('is told why not (G6)', async () => {
    const client = await connect()
    const result = await client.callTool({
      name: 'websocket_send_to_connection',
      arguments: { connection_id: 'nobody', message: 1 }
    })
    assert.equal(result.isError, true)
    assert.equal(result.structuredContent.error.reason, 'not_found')
    await assert.rejects(connect('wrong'))
  })
})
