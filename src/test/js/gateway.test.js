import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import WebSocket from 'ws'
import { closing, unique, within, ws } from './helpers.js'

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

const PROTOCOL = new URL('../../../docs/protocol.md', import.meta.url)

/** The function `messages` of one example of the page. */
async function unpacker(index, names = {}) {
  const page = await readFile(PROTOCOL, 'utf8')
  const code = [...page.split('### Frames of /ws')[1].matchAll(/```js\n([^]*?)```/g)][index][1]
  const body = code.replace(/^import .*$/m, '')
  return new Function(...Object.keys(names), `${body}; return messages`)(...Object.values(names))
}

/** Publishes something large and something small, compressed, and returns what comes of both. */
async function unpacked(messages, frameOf) {
  const socket = new WebSocket(ws('/ws'), ['synapse.v1.ndjson.deflate'])
  socket.binaryType = 'arraybuffer'
  closing({ close: () => socket.terminate() })
  const topic = `public:${unique('deflate')}`
  const text = 'not so short '.repeat(1000)
  const seen = []
  const kinds = new Set()
  await within(
    new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () => {
        const lines = [
          { id: 1, type: 'subscribe', topic },
          { id: 2, type: 'publish', topic, payload: { text } },
          { id: 3, type: 'publish', topic, payload: { text: 'short' } },
        ].map((message) => JSON.stringify(message))
        const deflated = deflateRawSync(lines.slice(1).join('\n'))
        socket.send(`${lines[0]}\n`)
        socket.send(Buffer.concat([Buffer.of(1), deflated]))
      })
      let last = Promise.resolve()
      socket.onmessage = ({ data }) => {
        kinds.add(typeof data)
        last = last
          .then(() => messages(frameOf(data)))
          .then((all) => {
            seen.push(...all)
            if (seen.filter(({ type }) => type === 'event').length === 2) resolve()
          })
          .catch(reject)
      }
    }),
    () => `two events; came: ${JSON.stringify(seen).slice(0, 600)}`,
  )
  assert.deepEqual([...kinds].sort(), ['object', 'string'])
  assert.equal(socket.protocol, 'synapse.v1.ndjson.deflate')
  assert.deepEqual(
    seen.filter(({ type }) => type === 'event').map(({ payload }) => payload.text),
    [text, 'short'],
  )
}

test('K11: the example of the documentation for Node reads compressed frames', async () => {
  await unpacked(await unpacker(0, { inflateRawSync }), (data) => data)
})

test('K11: the example of the documentation for browsers reads compressed frames', { skip: !inflatesRaw() }, async () => {
  await unpacked(await unpacker(1), (data) => (typeof data === 'string' ? data : new Blob([data])))
})

/** Node has it since 20.12 and 21.2. */
function inflatesRaw() {
  try {
    return Boolean(new DecompressionStream('deflate-raw'))
  } catch {
    return false
  }
}
