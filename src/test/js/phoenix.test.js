/** What a program that uses the official npm client sees, in both of its lines. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  answered,
  ask,
  Asked,
  clients,
  http,
  Inbox,
  joined,
  KEY,
  LONG,
  phoenix,
  refusal,
  Transport,
  transportOf,
  unique,
  within,
  ws,
} from './helpers.js'

const askForToken = (credential) =>
  fetch(http('api/tokens'), { method: 'POST', headers: { authorization: `Bearer ${credential}` } })

async function token() {
  const response = await askForToken(KEY)
  assert.equal(response.status, 201)
  const body = await response.json()
  assert.ok(body.expires_at > Date.now(), 'expires_at is in the future, in milliseconds')
  return body.token
}

test('a token is made for a key only: for a token it could be prolonged for ever (M17)', async () => {
  const refused = await askForToken(await token())
  assert.equal(refused.status, 403)
  assert.match(refused.headers.get('content-type'), /^application\/problem\+json/)
  assert.match((await refused.json()).title, /an API key is needed/)
  assert.equal((await askForToken('wrong')).status, 401)
})

for (const client of clients) {
  const connect = (options) => phoenix(client, options)

  describe(`${client.name}: joining`, { timeout: 30_000 }, () => {
    test('a join with the key is answered with the agent (M2)', async () => {
      const agent = unique('agent')
      const channel = connect().channel(`cortex:${agent}`, { api_key: KEY })
      const { status, response } = await answered(channel.join())
      assert.equal(status, 'ok')
      assert.equal(response.agent_id, agent)
      assert.equal(channel.state, 'joined')
    })

    for (const [what, params] of [
      ['wrong', { api_key: 'wrong' }],
      ['absent', {}],
      ['empty', { api_key: '' }],
    ]) {
      test(`a join with the key ${what} is refused, and the socket stays open for one with the right key (M2)`, async () => {
        const socket = connect()
        const transports = new Set()
        socket.onOpen(() => transports.add(transportOf(socket)))
        const refused = socket.channel(`cortex:${unique('agent')}`, params)
        assert.deepEqual(await answered(refused.join()), { status: 'error', response: { reason: 'unauthorized' } })
        refused.leave()
        await joined(socket)
        assert.equal(transports.size, 1, 'the first connection is the only one')
        assert.ok(socket.isConnected())
      })
    }

    test('a topic that is no agent does not exist (M2)', async () => {
      const channel = connect().channel('weather:today', { api_key: KEY })
      assert.deepEqual(await answered(channel.join()), { status: 'error', response: { reason: 'unmatched topic' } })
      channel.leave()
    })

    test('one socket joins many agents (M2, M8)', async () => {
      const socket = connect()
      const channels = await Promise.all(Array.from({ length: 20 }, () => joined(socket)))
      assert.ok(channels.every((channel) => channel.state === 'joined'))
    })

    test('leaving closes the topic once, leaving again is no error, and it can be joined again (M2)', async () => {
      const socket = connect()
      const agent = unique('agent')
      const channel = await joined(socket, { agent })
      const closes = new Inbox()
      channel.onClose(() => closes.add('closed'))
      assert.equal((await answered(channel.leave())).status, 'ok')
      assert.equal((await answered(channel.leave())).status, 'ok')
      await closes.next(() => true, 'the close')
      const again = await joined(socket, { agent })
      assert.equal((await (await ask(again, { q: 'What is 2+2?' })).result()).data.answer, '4')
    })

    test('a second channel on the same topic takes over (M2)', async () => {
      const socket = connect()
      const agent = unique('agent')
      const first = await joined(socket, { agent })
      const second = await joined(socket, { agent })
      assert.equal(first.state, 'closed')
      assert.equal((await (await ask(second, { q: 'What is 2+2?' })).result()).data.answer, '4')
    })
  })

  describe(`${client.name}: the handshake`, { timeout: 30_000 }, () => {
    test('a protocol version that is not spoken is refused with 403 (M1)', async () => {
      assert.equal(await refusal(connect({ vsn: '3.0.0' })), 403)
    })

    test('a bad token is refused with 401 (M3)', async () => {
      assert.equal(await refusal(connect({ params: { token: 'wrong' } })), 401)
      assert.equal(await refusal(connect({ params: { token: `${await token()}x` } })), 401)
    })

    test('a key as token lets in and joins without a key of its own (M3)', async () => {
      await joined(connect({ params: { token: KEY } }), { api_key: undefined })
    })

    test('a signed token lets in and joins without a key (M3)', async () => {
      const signed = await token()
      await joined(connect({ params: () => ({ token: signed }) }), { api_key: undefined })
    })

    test('a wrong key at the join is refused, even if the token is good (M3)', async () => {
      const channel = connect({ params: { token: KEY } }).channel(`cortex:${unique('agent')}`, { api_key: 'wrong' })
      assert.equal((await answered(channel.join())).response.reason, 'unauthorized')
      channel.leave()
    })

    test('a parameter without a value is no token (M3)', async () => {
      await joined(connect({ params: { token: undefined } }))
    })

    test('without long polling a client that may fall back to it stays on WebSocket', async () => {
      const channel = await joined(connect({ longPollFallbackMs: 2000, sessionStorage: memory() }))
      assert.equal((await (await ask(channel, { q: 'What is 2+2?' })).result()).data.answer, '4')
    })
  })

  describe(`${client.name}: queries`, { timeout: 30_000 }, () => {
    test('What is 2+2? is accepted, thought about in order, and answered with 4 once (M4)', async () => {
      const before = Date.now()
      const asked = new Asked(await joined(connect()), { q: 'What is 2+2?' })
      assert.deepEqual(await asked.ask(), { status: 'ok', response: { ref: asked.ref, status: 'processing' } })
      const result = await asked.result()
      assert.equal(result.ref, asked.ref)
      assert.equal(result.status, 'success')
      assert.equal(result.data.answer, '4')
      assert.equal(asked.text(), '4')
      assert.ok(result.latency_ms >= 0 && result.latency_ms < 5000, `latency ${result.latency_ms}`)
      const thoughts = asked.thoughts()
      assert.deepEqual(
        thoughts.map(({ seq }) => seq),
        thoughts.map((_, index) => index + 1),
      )
      assert.equal(result.last_seq, thoughts.length)
      for (const { ref, type, content, timestamp } of thoughts) {
        assert.equal(ref, asked.ref)
        assert.equal(typeof type, 'string')
        assert.equal(typeof content, 'string')
        assert.ok(timestamp >= before - 5000 && timestamp <= Date.now() + 5000, `timestamp ${timestamp}`)
      }
      await answered(asked.channel.push('ping', {}))
      assert.deepEqual(asked.events(), ['reply', ...thoughts.map(() => 'thought'), 'result'])
    })

    test('nested thoughts have their type and content in an object of their own (M4)', async () => {
      const asked = await ask(await joined(connect(), { thoughts: 'nested' }), { q: 'What is 2+2?' })
      const result = await asked.result()
      assert.equal(result.status, 'success')
      for (const payload of asked.thoughts()) {
        assert.deepEqual(Object.keys(payload).sort(), ['ref', 'seq', 'thought', 'timestamp'])
        assert.equal(typeof payload.thought.content, 'string')
      }
      const texts = asked.thoughts().filter(({ thought }) => thought.type === 'text')
      assert.equal(texts.map(({ thought }) => thought.content).join(''), '4')
    })

    test('the pieces of a long answer are the answer, with all its white space (M4)', async () => {
      const asked = await ask(await joined(connect()), { q: LONG, pace: 0 })
      const result = await asked.result()
      assert.equal(result.status, 'success')
      assert.ok(asked.thoughts().length > 30, 'a long answer')
      assert.equal(asked.text(), result.data.answer)
    })

    test('fifty queries at a time on one channel keep apart (M8)', async () => {
      const channel = await joined(connect())
      const asked = await Promise.all(
        Array.from({ length: 50 }, (_, i) => ask(channel, { q: `What is ${i} * 1000?`, priority: i % 10 })),
      )
      for (const [i, each] of asked.entries()) {
        const result = await each.result()
        assert.equal(result.data.answer, String(i * 1000))
        assert.equal(each.text(), String(i * 1000))
        assert.deepEqual(
          each.thoughts().map(({ seq }) => seq),
          each.thoughts().map((_, index) => index + 1),
        )
        assert.equal(each.all('result').length, 1)
      }
    })

    test('queries of one agent on several sockets do not meet (M8)', async () => {
      const agent = unique('agent')
      const channels = await Promise.all(Array.from({ length: 8 }, () => joined(connect(), { agent })))
      const asked = await Promise.all(channels.map((channel, i) => ask(channel, { q: `What is ${i} + 100?` })))
      for (const [i, each] of asked.entries()) {
        assert.equal((await each.result()).data.answer, String(i + 100))
        assert.equal(each.text(), String(i + 100))
      }
    })

    test('a query ends with its time-out (M4)', async () => {
      const asked = await ask(await joined(connect()), { q: LONG, pace: 1, timeout: 300 })
      const result = await asked.result()
      assert.equal(result.status, 'timeout')
      assert.ok(result.latency_ms >= 300 && result.latency_ms < 3000, `latency ${result.latency_ms}`)
    })

    test('pushes made before the join is answered are carried out (M2)', async () => {
      const channel = connect().channel(`cortex:${unique('agent')}`, { api_key: KEY })
      channel.join()
      assert.equal((await (await ask(channel, { q: 'What is 2+2?' })).result()).data.answer, '4')
    })
  })

  describe(`${client.name}: interrupts`, { timeout: 30_000 }, () => {
    test('an interrupt stops the work: reply, interrupted, result, and no thought after (M6)', async () => {
      const asked = await ask(await joined(connect()), { q: LONG, pace: 5 })
      await asked.thought(3)
      const { status, response } = await asked.interrupt()
      assert.equal(status, 'ok')
      assert.equal(response.ref, asked.ref)
      assert.equal(response.stopped, true)
      assert.ok(response.stopped_after_ms >= 0 && response.stopped_after_ms < 1000, `${response.stopped_after_ms} ms`)
      const result = await asked.result()
      assert.equal(result.status, 'interrupted')
      assert.equal(result.last_seq, response.last_seq)
      assert.equal(asked.thoughts().length, response.last_seq)
      assert.deepEqual(asked.all('interrupted'), [{ ref: asked.ref, reason: 'user requested' }])
      await answered(asked.channel.push('ping', {}))
      assert.deepEqual(asked.events().slice(1 + response.last_seq), ['stopped', 'interrupted', 'result'])
    })

    test('the reason of an interrupt reaches everyone who follows (M6)', async () => {
      const agent = unique('agent')
      const [mine, theirs] = await Promise.all([joined(connect(), { agent }), joined(connect(), { agent })])
      const asked = await ask(mine, { q: LONG, pace: 5 })
      const other = new Asked(theirs, asked.body)
      await other.resume(0)
      await other.thought(2)
      assert.equal((await other.interrupt('enough')).status, 'ok')
      for (const each of [asked, other]) {
        assert.equal((await each.result()).status, 'interrupted')
        assert.equal(each.all('interrupted')[0].reason, 'enough')
      }
    })

    test('an unknown ref is not found, and neither is a query of another agent (M6)', async () => {
      const socket = connect()
      const asked = await ask(await joined(socket), { q: LONG, pace: 5 })
      const other = await joined(socket)
      for (const [channel, ref] of [
        [asked.channel, 'no-such-query'],
        [other, asked.ref],
      ]) {
        const { status, response } = await answered(channel.push('interrupt', { ref }))
        assert.equal(status, 'error')
        assert.equal(response.reason, 'not_found')
      }
      await asked.thought(asked.thoughts().length + 1)
      await asked.interrupt()
    })

    test('a query that has ended cannot be interrupted (M6)', async () => {
      const asked = await ask(await joined(connect()), { q: 'What is 2+2?' })
      await asked.result()
      const { status, response } = await answered(asked.channel.push('interrupt', { ref: asked.ref }))
      assert.equal(status, 'error')
      assert.equal(response.reason, 'already_finished')
    })
  })

  describe(`${client.name}: mistakes`, { timeout: 30_000 }, () => {
    for (const [what, body] of [
      ['without anything', {}],
      ['without ref', { q: 'What is 2+2?' }],
      ['without q', { ref: 'r' }],
      ['with q of a wrong type', { q: 7, ref: 'r' }],
      ['with nulls', { q: null, ref: null }],
      ['with an empty ref', { q: 'What is 2+2?', ref: '' }],
    ]) {
      test(`a query ${what} is refused with a reply and an error, and the next one works (M5)`, async () => {
        const channel = await joined(connect())
        const errors = new Inbox()
        channel.on('error', (payload) => errors.add(payload))
        const { status, response } = await answered(channel.push('query', body))
        assert.equal(status, 'error')
        assert.equal(response.reason, 'missing required fields: q, ref')
        assert.equal((await errors.next(() => true, 'the error')).reason, 'missing required fields: q, ref')
        assert.equal((await (await ask(channel, { q: 'What is 2+2?' })).result()).data.answer, '4')
      })
    }

    test('an event that does not exist is refused with a reply and an error (M5)', async () => {
      const channel = await joined(connect())
      const errors = new Inbox()
      channel.on('error', (payload) => errors.add(payload))
      const { status, response } = await answered(channel.push('no_such_event', { a: 1 }))
      assert.equal(status, 'error')
      assert.equal(response.reason, 'unknown event')
      await errors.next(({ reason }) => reason === 'unknown event', 'the error')
    })

    test('garbage on the connection disturbs neither the connection nor what comes next (M5)', async () => {
      const socket = connect()
      const channel = await joined(socket)
      const transport = transportOf(socket)
      // no objects: they are frames of the other version, and answered in it, which this client cannot read
      const garbage = ['', 'x', '[', 'null', '[]', '"query"', '[1,2,3]', '\u0000', '[[[[[[[[]]]]]]]]', '7', '\ufeff[]']
      for (const frame of garbage) {
        transport.send(frame)
      }
      transport.send(new Uint8Array([0xff, 0x00, 0x01]))
      transport.send(new Uint8Array(0))
      assert.equal((await (await ask(channel, { q: 'What is 2+2?' })).result()).data.answer, '4')
      assert.equal(transportOf(socket), transport, 'the same connection')
    })

    for (const text of [
      "'; DROP TABLE queries; --",
      '<img src=x onerror=alert(1)>',
      '../../../../etc/passwd',
      '$(reboot) `reboot` | reboot',
      '${jndi:ldap://127.0.0.1/a}',
      '\u202e\u0007\ud83d\ude00 \ud800',
    ]) {
      test(`${JSON.stringify(text)} is data in topics, refs and questions (M18)`, async () => {
        const agent = text.replace(/[\u0000-\u001f]/g, '')
        const channel = await joined(connect(), { agent })
        const asked = await ask(channel, { q: `${text} What is it?`, ref: `${text}${unique('')}`, pace: 0 })
        assert.equal((await asked.result()).status, 'success')
      })
    }
  })

  describe(`${client.name}: signs of life`, { timeout: 30_000 }, () => {
    test('heartbeats are answered, so the client stays connected (M2)', async () => {
      const socket = connect({ heartbeatIntervalMs: 50 })
      const channel = await joined(socket)
      const replies = new Inbox()
      socket.onMessage((message) => {
        if (message.topic === 'phoenix' && message.event === 'phx_reply') {
          replies.add(message.payload)
        }
      })
      await replies.next(() => replies.items.length >= 5, 'five heartbeats')
      assert.deepEqual(replies.items[0], { status: 'ok', response: {} })
      assert.equal(channel.state, 'joined')
    })

    test('heartbeats are answered while queries stream (M2, M8)', async () => {
      const socket = connect()
      const channel = await joined(socket)
      const asked = await Promise.all(Array.from({ length: 20 }, () => ask(channel, { q: LONG, pace: 200 })))
      const beat = new Promise((resolve) => socket.ping(resolve))
      assert.ok((await within(beat, 'a heartbeat')) < 1000)
      await Promise.all(asked.map((each) => each.result()))
    })

    test('a ping is answered and a pong is pushed (M7)', async () => {
      const channel = await joined(connect())
      const pongs = new Inbox()
      channel.on('pong', (payload) => pongs.add(payload))
      const before = Date.now()
      const { status, response } = await answered(channel.push('ping', {}))
      assert.equal(status, 'ok')
      assert.ok(Math.abs(response.pong - before) < 10_000 && Math.abs(response.timestamp - before) < 10_000)
      assert.equal(typeof (await pongs.next(() => true, 'the pong')).timestamp, 'number')
    })

    test('a ping with bytes is answered with the same bytes (M1, M7)', async () => {
      const channel = await joined(connect())
      for (const bytes of [[1, 2, 255, 0], [123, 125], [], Array.from({ length: 70_000 }, (_, i) => i % 256)]) {
        const sent = Uint8Array.from(bytes)
        const { status, response } = await answered(channel.push('ping', sent.buffer))
        assert.equal(status, 'ok')
        assert.deepEqual(Buffer.from(response), Buffer.from(sent))
      }
    })
  })
}

describe('phoenix 1.8: authToken', { timeout: 30_000 }, () => {
  const [, phoenix18] = clients

  test('a key lets in and joins without a key of its own (M3)', async () => {
    const socket = phoenix(phoenix18, { authToken: KEY })
    await joined(socket, { api_key: undefined })
    assert.equal(transportOf(socket).protocol, 'phoenix')
  })

  test('a signed token lets in and joins without a key (M3)', async () => {
    await joined(phoenix(phoenix18, { authToken: await token() }), { api_key: undefined })
  })

  test('a wrong key is refused with 401 (M3)', async () => {
    assert.equal(await refusal(phoenix(phoenix18, { authToken: 'wrong' })), 401)
  })
})

describe('long polling', { timeout: 30_000 }, () => {
  test('is answered with 404 in plain text', async () => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(http('cortex/longpoll?vsn=2.0.0&'), { method })
      assert.equal(response.status, 404)
      assert.match(response.headers.get('content-type'), /^text\/plain/)
      assert.match(await response.text(), /websocket/i)
    }
  })

  test('a client that falls back to it does not crash', async (t) => {
    t.mock.method(console, 'log', () => {})
    class Nowhere extends Transport {
      constructor() {
        super(ws('no-such-endpoint'))
      }
    }
    const requests = new Inbox()
    const realFetch = globalThis.fetch
    t.mock.method(globalThis, 'fetch', async (...args) => {
      const response = await realFetch(...args)
      requests.add({ url: String(args[0]), status: response.status })
      return response
    })
    const [, phoenix18] = clients
    phoenix(phoenix18, { transport: Nowhere, longPollFallbackMs: 100, sessionStorage: memory() })
    const { url, status } = await requests.next(() => true, 'a long poll')
    assert.match(url, /\/cortex\/longpoll/)
    assert.equal(status, 404)
  })
})

function memory() {
  const values = new Map()
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => values.set(name, String(value)),
    removeItem: (name) => values.delete(name),
  }
}
