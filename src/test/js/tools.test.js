/** Tools, as the npm client and a bare socket see them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answered, Asked, Bare, clients, joined, phoenix, unique } from './helpers.js'

const EXPRESSION = { expression: '12 * (3 - 4.5)' }

for (const client of clients) {
  describe(`${client.name}: tools`, { timeout: 60_000 }, () => {
    test('tools lists names, descriptions and schemas (M10)', async () => {
      const channel = await joined(phoenix(client))
      const { status, response } = await answered(channel.push('tools', {}))
      assert.equal(status, 'ok')
      assert.deepEqual(response.tools.map(({ name }) => name), ['arithmetic', 'search'])
      for (const tool of response.tools) {
        assert.ok(tool.description.length > 10)
        assert.equal(tool.input_schema.type, 'object')
      }
    })

    test('a call is answered, and ends with a result; the same again attaches (M10)', async () => {
      const channel = await joined(phoenix(client))
      const asked = new Asked(channel, {})
      const call = { name: 'arithmetic', ref: asked.ref, args: EXPRESSION }
      const reply = await answered(channel.push('tool', call))
      assert.deepEqual(reply, { status: 'ok', response: { ref: asked.ref, status: 'processing' } })
      const result = await asked.result()
      assert.equal(result.status, 'success')
      assert.equal(result.data.answer, '-18')
      const again = await answered(channel.push('tool', call))
      assert.equal(again.response.attached, true)
    })

    test('progress comes as an event of its own (M10)', async () => {
      const channel = await joined(phoenix(client))
      const asked = new Asked(channel, {})
      const progress = []
      channel.on('progress', (payload) => progress.push(payload))
      await answered(channel.push('tool', { name: 'search', ref: asked.ref, args: { query: 'rotate an API key', limit: 2 } }))
      const { data } = await asked.result()
      assert.equal(data.passages.length, 2)
      assert.equal(data.passages[0].source, 'security.md')
      assert.equal(progress.length, 1)
      const [{ ref, seq, percent, message }] = progress
      assert.deepEqual({ ref, seq, percent, message }, { ref: asked.ref, seq: 1, percent: 0, message: 'searching' })
    })

    test('what cannot be called is refused, clearly (M10)', async () => {
      const channel = await joined(phoenix(client))
      const refused = async (body) => {
        const { status, response } = await answered(channel.push('tool', { ref: unique('t'), ...body }))
        assert.equal(status, 'error')
        return response
      }
      assert.equal((await refused({ name: 'none' })).reason, 'unknown tool')
      const broken = await refused({ name: 'search', args: { query: 'x', limit: 11 } })
      assert.equal(broken.reason, 'invalid arguments')
      assert.equal(broken.detail, 'args/limit: must have a maximum value of 10')
      assert.equal((await refused({ name: 'search', args: [] })).reason, 'invalid field')
      const asked = new Asked(channel, {})
      await answered(channel.push('tool', { name: 'arithmetic', ref: asked.ref, args: { expression: 'two' } }))
      const result = await asked.result()
      assert.equal(result.status, 'error')
      assert.equal(result.data.reason, 'not_arithmetic')
    })
  })
}

test('the same on a bare /ws (M10, K3)', { timeout: 60_000 }, async () => {
  const bare = await Bare.open('ws')
  const of = (type, ref) => bare.next((message) => message.type === type && (message.ref ?? message.id) === ref, type)
  bare.send({ id: 'list', type: 'tools' })
  assert.deepEqual((await of('response', 'list')).result.tools.map(({ name }) => name), ['arithmetic', 'search'])
  const ref = unique('t')
  bare.send({ id: 'call', type: 'tool', name: 'search', ref, args: { query: 'resume' }, agent: unique('agent') })
  assert.deepEqual((await of('response', 'call')).result, { ref, status: 'processing' })
  assert.equal((await of('progress', ref)).message, 'searching')
  assert.equal((await of('result', ref)).data.passages.length, 3)
  bare.send({ id: 'wrong', type: 'tool', name: 'search', ref, args: { limit: 1 } })
  const { code, message, detail } = await bare.next(({ type, id }) => type === 'error' && id === 'wrong', 'an error')
  assert.deepEqual({ code, message, detail }, {
    code: -32602,
    message: 'invalid arguments',
    detail: "args: required property 'query' not found",
  })
})
