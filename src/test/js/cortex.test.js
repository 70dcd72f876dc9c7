/** The page's own client, against a server that does what a real one should not. Needs no server. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, test } from 'node:test'

globalThis.crypto ??= webcrypto
const source = await readFile(new URL('../../main/webapp/assets/cortex.js', import.meta.url))
const { Cortex } = await import(`data:text/javascript;base64,${source.toString('base64')}`)

const TOPIC = 'cortex:guide'
let dialled

class FakeSocket {
  readyState = 0
  sent = []

  constructor(url) {
    this.url = url
    dialled.push(this)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close(code = 1005) {
    if (this.readyState !== 3) {
      this.readyState = 3
      this.onclose({ code })
    }
  }

  open() {
    this.readyState = 1
    this.onopen()
  }

  tell(...frame) {
    this.onmessage({ data: JSON.stringify(frame) })
  }

  last(event) {
    return this.sent.filter((frame) => frame[3] === event).at(-1)
  }

  async reply(event, status = 'ok', response = {}) {
    const [joinRef, ref, topic] = this.last(event)
    this.tell(joinRef, ref, topic, 'phx_reply', { status, response })
    await settled()
  }

  push(event, payload) {
    this.tell(this.last('phx_join')[0], null, TOPIC, event, payload)
  }

  thought(ref, seq) {
    this.push('thought', { ref, seq, type: 'text', content: `${seq} ` })
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** A clock that goes when it is told to. */
class Clock {
  #now = 0
  #timers = new Map()
  #last = 0

  setTimeout = (task, delay) => {
    this.#timers.set(++this.#last, { task, at: this.#now + delay })
    return this.#last
  }

  clearTimeout = (id) => this.#timers.delete(id)

  tick(ms) {
    const end = this.#now + ms
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
      if (!due) {
        break
      }
      const [id, { task, at }] = due
      this.#timers.delete(id)
      this.#now = at
      task()
    }
    this.#now = end
  }
}

const real = { setTimeout, clearTimeout }
let clock

beforeEach(() => {
  dialled = []
  clock = new Clock()
  Object.assign(globalThis, { setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout })
})

afterEach(() => Object.assign(globalThis, real))

function asking(t) {
  const told = []
  const cortex = new Cortex({
    url: 'ws://localhost/cortex/websocket',
    agent: 'guide',
    key: 'k',
    WebSocket: FakeSocket,
    onState: (state, detail) => told.push([state, detail.reason].filter(Boolean).join(' ')),
  })
  const query = cortex.ask(
    { q: 'Why?' },
    {
      onThought: ({ seq }) => told.push(seq),
      onResult: ({ status }) => told.push(`result ${status}`),
      onFailed: (reason) => told.push(`failed ${reason}`),
    },
  )
  t.after(() => cortex.close())
  return { cortex, query, told }
}

async function joined() {
  const socket = dialled.at(-1)
  socket.open()
  await socket.reply('phx_join')
  return socket
}

describe('the client of the page', () => {
  test('tells each thought once, and asks for what is missing (B1)', async (t) => {
    const { query, told } = asking(t)
    const socket = await joined()
    await socket.reply('query')
    for (const seq of [1, 2, 2, 1, 5, 6]) {
      socket.thought(query.ref, seq)
    }
    assert.deepEqual(socket.last('resume')[4], { ref: query.ref, after_seq: 2 })
    assert.equal(socket.sent.filter((frame) => frame[3] === 'resume').length, 1, 'asked once')
    await socket.reply('resume')
    for (const seq of [3, 4, 5, 6]) {
      socket.thought(query.ref, seq)
    }
    socket.push('result', { ref: query.ref, status: 'success', last_seq: 6 })
    assert.deepEqual(told.slice(2), [1, 2, 3, 4, 5, 6, 'result success'])
  })

  test('takes what there is from a server that cannot fill a gap (B1)', async (t) => {
    const { query, told } = asking(t)
    const socket = await joined()
    await socket.reply('query')
    socket.thought(query.ref, 1)
    socket.thought(query.ref, 4)
    await socket.reply('resume')
    socket.thought(query.ref, 4)
    socket.push('result', { ref: query.ref, status: 'success', last_seq: 4 })
    assert.deepEqual(told.slice(2), [1, 4, 'result success'])
  })

  test('asks again what may never have arrived, under the same ref (B7)', async (t) => {
    const { query } = asking(t)
    const first = await joined()
    const asked = first.last('query')[4]
    first.close(1006)
    clock.tick(10_000)
    const second = await joined()
    assert.notEqual(second, first)
    assert.deepEqual(second.last('query')[4], asked)
    assert.equal(asked.ref, query.ref)
  })

  test('resumes after the last thought it has (B1)', async (t) => {
    const { query, told } = asking(t)
    const first = await joined()
    await first.reply('query')
    first.thought(query.ref, 1)
    first.close(1012)
    clock.tick(10_000)
    const second = await joined()
    assert.deepEqual(second.last('resume')[4], { ref: query.ref, after_seq: 1 })
    await second.reply('resume', 'error', { reason: 'not_found' })
    assert.equal(told.at(-1), 'failed not_found')
  })

  test('does not come back when the close code says so', async (t) => {
    const { told } = asking(t)
    const socket = await joined()
    socket.close(4500)
    clock.tick(60_000)
    assert.equal(dialled.length, 1)
    assert.deepEqual(told.slice(-2), ['refused closed with 4500', 'failed closed with 4500'])
  })

  test('does not come back when the key is wrong (M2)', async (t) => {
    const { told } = asking(t)
    dialled[0].open()
    await dialled[0].reply('phx_join', 'error', { reason: 'unauthorized' })
    clock.tick(60_000)
    assert.equal(dialled.length, 1)
    assert.deepEqual(told.slice(-2), ['refused unauthorized', 'failed unauthorized'])
  })

  test('takes a server that does not answer a heartbeat for gone (M2)', async (t) => {
    asking(t)
    const socket = await joined()
    await socket.reply('query')
    clock.tick(30_000)
    assert.deepEqual(socket.last('heartbeat').slice(2), ['phoenix', 'heartbeat', {}])
    clock.tick(10_000)
    assert.equal(socket.readyState, 3)
    clock.tick(10_000)
    assert.equal(dialled.length, 2)
  })

  test('joins again when its topic has crashed (M24)', async (t) => {
    const { query } = asking(t)
    const socket = await joined()
    await socket.reply('query')
    socket.push('phx_error', { reason: 'channel_crash' })
    clock.tick(1_000)
    await socket.reply('phx_join')
    assert.deepEqual(socket.last('resume')[4], { ref: query.ref, after_seq: 0 })
    assert.equal(dialled.length, 1)
  })

  test('ignores what is said for an earlier join, and what is no frame (M2)', async (t) => {
    const { query, told } = asking(t)
    const socket = await joined()
    await socket.reply('query')
    socket.tell('0', null, TOPIC, 'thought', { ref: query.ref, seq: 1 })
    socket.tell(null, null, 'cortex:other', 'thought', { ref: query.ref, seq: 1 })
    socket.onmessage({ data: 'garbage' })
    assert.equal(told.at(-1), 'joined')
  })
})
