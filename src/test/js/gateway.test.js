import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import WebSocket from 'ws'
import { closing, within, ws } from './helpers.js'

const PAGE = new URL('../../../docs/getting-started.md', import.meta.url)

/** The example of the page, as it stands there, against the server under test. */
async function example(onMessage) {
  const page = await readFile(PAGE, 'utf8')
  const code = page.split('## Without Phoenix')[1].match(/```js\n([^]*?)```/)[1]
  assert.ok(code.includes('ws://localhost:8080/ws'))
  class Socket extends WebSocket {
    constructor(url) {
      super(url)
      closing({ close: () => this.terminate() })
    }
  }
  const log = (line) => onMessage(JSON.parse(line))
  new Function('WebSocket', 'console', code.replace('ws://localhost:8080/ws', ws('/ws')))(Socket, { log })
}

test('G1 G2 M4 M9: the example of the documentation prints what the page says', async () => {
  const messages = []
  const wanted = (message) => ['result', 'event', 'ack'].includes(message.type)
  await within(
    new Promise((resolve, reject) => {
      example((message) => {
        messages.push(message)
        if (messages.filter(wanted).length === 4) resolve()
      }).catch(reject)
    }),
    () => `two results, event and ack; came: ${JSON.stringify(messages)}`,
  )
  assert.equal(messages[0].type, 'system')
  const of = (type) => messages.filter((message) => message.type === type)
  // the response to subscribe takes its place among the events, and others may pass it
  assert.deepEqual(of('response').map(({ id }) => id).sort(), [1, 2, 3])
  assert.equal(of('error').length, 0)
  const { ref } = of('ack')[0]
  for (const [query, channel, answer] of [['q1', undefined, '4'], [ref, 'guide', '6']]) {
    const own = (type) => of(type).filter((message) => message.ref === query)
    assert.deepEqual(own('thought').map(({ seq }) => seq), own('thought').map((_, i) => i + 1))
    assert.ok([...own('thought'), ...own('result')].every((message) => message.channel === channel))
    assert.equal(own('result')[0].data.answer, answer)
  }
  assert.deepEqual(of('event')[0].payload, { text: 'Hello' })
  assert.equal(of('ack')[0].id, 4)
  assert.equal(of('ack')[0].channel, 'guide')
})
