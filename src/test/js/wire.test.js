/** The frames themselves, as a client without any library sends and sees them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Bare, eventually, handshake, KEY, LONG, metric, unique } from './helpers.js'

const event = (name) => (frame) => frame[3] === name
const v1 = (name) => (frame) => frame.event === name

describe('the handshake', { timeout: 30_000 }, () => {
  for (const [query, status] of [
    ['', 101],
    ['?vsn=1.0.0', 101],
    ['?vsn=1.0.5', 101],
    ['?vsn=2.0.0', 101],
    ['?vsn=2.0.1', 101],
    ['?vsn=2.1.0', 403],
    ['?vsn=3.0.0', 403],
    ['?vsn=abc', 403],
    ['?vsn=', 403],
    ['?vsn[]=2.0.0', 101],
    ['?token=wrong&vsn=2.0.0', 401],
    ['?token=&vsn=2.0.0', 101],
    ['?token=undefined&vsn=2.0.0', 101],
    [`?token=${KEY}&vsn=2.0.0`, 101],
  ]) {
    test(`${query || 'no query'} is answered with ${status} (M1, M3)`, async () => {
      assert.equal((await handshake(`cortex/websocket${query}`)).status, status)
    })
  }

  const entry = (token) => `base64url.bearer.phx.${Buffer.from(token).toString('base64').replace(/=+$/, '')}`

  for (const [what, protocols, status, answered] of [
    ['phoenix alone is answered', ['phoenix'], 101, 'phoenix'],
    ['phoenix with a token is answered with phoenix', ['phoenix', entry(KEY)], 101, 'phoenix'],
    ['the token may come first', [entry(KEY), 'phoenix'], 101, 'phoenix'],
    ['a wrong token is refused', ['phoenix', entry('wrong')], 401],
    ['a token that is not base64 is refused', ['phoenix', 'base64url.bearer.phx.!!!!'], 401],
    ['two tokens are none', ['phoenix', entry('wrong'), entry('other')], 101, 'phoenix'],
    ['an unknown sub-protocol is refused', ['mqtt'], 403],
  ]) {
    test(`sub-protocols: ${what} (M3)`, async () => {
      const answer = await handshake('cortex/websocket?vsn=2.0.0', { protocols })
      assert.equal(answer.status, status)
      if (answered !== undefined) {
        assert.equal(answer.protocol, answered)
      }
    })
  }

  test('a page of another origin is refused (M3)', async () => {
    const answer = await handshake('cortex/websocket', { headers: { origin: 'https://elsewhere.example' } })
    assert.equal(answer.status, 403)
  })
})

describe('connections', { timeout: 30_000 }, () => {
  // Payara never tells of the end of a connection that is lost within milliseconds of its upgrade.
  test('that are lost as soon as they are open are forgotten', async () => {
    const before = await metric('synapse_connections_opened_total')
    const others = await metric('synapse_connections_open')
    for (const delay of [0, 20, 50]) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const bare = await Bare.open()
          await new Promise((resolve) => setTimeout(resolve, delay))
          bare.socket.terminate()
        }),
      )
    }
    await eventually('all 300 were opened', async () => (await metric('synapse_connections_opened_total')) - before >= 300)
    await eventually('none is left', async () => (await metric('synapse_connections_open')) <= others)
  })
})

describe('arrays', { timeout: 30_000 }, () => {
  test('refs are echoed as they are (M1)', async () => {
    const bare = await Bare.open()
    for (const ref of ['0', 'a', '', 'ü\u2028"\\', 'x'.repeat(300)]) {
      bare.send([null, ref, 'phoenix', 'heartbeat', {}])
      assert.deepEqual(await bare.reply(ref), [null, ref, 'phoenix', 'phx_reply', { status: 'ok', response: {} }])
    }
    bare.send([null, null, 'phoenix', 'heartbeat', {}])
    assert.deepEqual(await bare.next((frame) => frame[1] === null), [
      null,
      null,
      'phoenix',
      'phx_reply',
      { status: 'ok', response: {} },
    ])
  })

  test('a fifth element is the last that counts, and without it there is an error (M1, M5)', async () => {
    const bare = await Bare.open()
    bare.send([null, '6', 'phoenix', 'heartbeat', {}, 'more'])
    assert.equal((await bare.reply('6'))[4].status, 'ok')
    bare.send([null, '4', 'phoenix', 'heartbeat'])
    const refused = await bare.next((frame) => frame[4].reason === 'malformed frame' || frame[1] === '4', 'an error')
    assert.equal(refused[4].status ?? 'error', 'error')
    await bare.settled()
  })

  test('a payload that is null is an empty one, on joins and events (M1)', async () => {
    const bare = await Bare.open(`cortex/websocket?token=${KEY}&vsn=2.0.0`)
    const topic = `cortex:${unique('agent')}`
    assert.equal((await bare.join(topic, '1', null))[4].status, 'ok')
    bare.send(['1', '2', topic, 'ping', null])
    assert.equal((await bare.reply('2'))[4].status, 'ok')
  })

  for (const frame of [
    [7, '1', 'phoenix', 'heartbeat', {}],
    [null, {}, 'phoenix', 'heartbeat', {}],
    [null, '1', ['phoenix'], 'heartbeat', {}],
    [null, '1', 'phoenix', null, {}],
    [null, '1', 'phoenix', 'e'.repeat(300), {}],
    [null, '1', 'phoenix', 'heartbeat', 'text'],
  ]) {
    test(`${JSON.stringify(frame).slice(0, 60)} neither ends nor stalls the connection (M5)`, async () => {
      const bare = await Bare.open()
      bare.send(frame)
      await bare.settled()
      assert.ok(bare.frames.items.length >= 2, 'it was answered')
    })
  }

  test('deep nesting and a huge number are errors, not the end (M5)', async () => {
    const bare = await Bare.open()
    bare.send(`[null,"1","phoenix","heartbeat",${'['.repeat(50_000)}${']'.repeat(50_000)}]`)
    bare.send(`[null,"2","phoenix","heartbeat",{"n":${'9'.repeat(5000)}}]`)
    await bare.settled()
    assert.equal(bare.frames.items[0][4].reason ?? bare.frames.items[0][4].response?.reason, 'malformed frame')
  })

  test('a topic that is not joined is unmatched, without a join_ref (M2)', async () => {
    const bare = await Bare.open()
    bare.send(['1', '2', 'cortex:nobody', 'query', { q: 'What is 2+2?', ref: 'r' }])
    assert.deepEqual(await bare.reply('2'), [
      null,
      '2',
      'cortex:nobody',
      'phx_reply',
      { status: 'error', response: { reason: 'unmatched topic' } },
    ])
  })

  test('leaving what is not joined is no error (M2)', async () => {
    const bare = await Bare.open()
    bare.send(['1', '2', 'cortex:nobody', 'phx_leave', {}])
    assert.equal((await bare.reply('2'))[4].status, 'ok')
    await bare.settled()
    assert.ok(!bare.frames.items.some(event('phx_close')))
  })

  test('a leave is answered, then the topic closes with its join_ref (M2)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '3')
    bare.send(['3', '4', topic, 'phx_leave', {}])
    await bare.next(event('phx_close'), 'phx_close')
    assert.deepEqual(bare.frames.items.slice(1), [
      ['3', '4', topic, 'phx_reply', { status: 'ok', response: {} }],
      ['3', '3', topic, 'phx_close', {}],
    ])
  })

  test('joining again answers the new join first, then closes the old one (M2)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    await bare.join(topic, '2')
    await bare.next(event('phx_close'), 'phx_close')
    const [reply, close] = bare.frames.items.slice(1)
    assert.deepEqual(reply.slice(0, 4), ['2', '2', topic, 'phx_reply'])
    assert.equal(reply[4].status, 'ok')
    assert.deepEqual(close, ['1', '1', topic, 'phx_close', {}])
  })

  test('what is said for a join that has been replaced is ignored, and without a join it is heard (M2)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    await bare.join(topic, '2')
    bare.send(['1', '3', topic, 'ping', {}])
    bare.send(['1', '4', topic, 'phx_leave', {}])
    bare.send([null, '5', topic, 'ping', {}])
    const reply = await bare.reply('5')
    assert.equal(reply[0], '2')
    assert.ok(!bare.frames.items.some((frame) => frame[1] === '3' || frame[1] === '4'))
  })

  test('a query runs on when its topic is joined again, and no thought comes twice or under the old join (M2, B1)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    bare.send(['1', '2', topic, 'query', { q: LONG, ref: 'r', pace: 100 }])
    await bare.next((frame) => frame[3] === 'thought' && frame[4].seq === 5, 'thought 5')
    await bare.join(topic, '3')
    const joinedAt = bare.frames.items.findIndex((frame) => frame[1] === '3')
    const result = await bare.next(event('result'), 'the result')
    assert.equal(result[0], '3')
    const thoughts = bare.frames.items.filter(event('thought'))
    assert.deepEqual(
      thoughts.map((frame) => frame[4].seq),
      thoughts.map((_, index) => index + 1),
    )
    assert.ok(bare.frames.items.slice(joinedAt).filter(event('thought')).every(([joinRef]) => joinRef === '3'))
  })

  test('heartbeats belong to topic phoenix (M2)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    bare.send(['1', '2', topic, 'heartbeat', {}])
    assert.equal((await bare.reply('2'))[4].status, 'error')
  })
})

describe('bytes', { timeout: 30_000 }, () => {
  test('a binary push of JSON is a push like any other (M1)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    bare.send(push('1', '2', topic, 'query', Buffer.from(JSON.stringify({ q: 'What is 2+2?', ref: 'r' }))))
    assert.equal((await bare.next(event('result'), 'the result'))[4].data.answer, '4')
  })

  test('a ping of bytes is answered in the layout of a binary reply (M1, M7)', async () => {
    const bare = await Bare.open()
    const topic = `cortex:${unique('agent')}`
    await bare.join(topic, '1')
    bare.send(push('1', '2', topic, 'ping', Buffer.from([1, 2, 255])))
    const reply = await bare.next(Buffer.isBuffer, 'a binary reply')
    const expected = [1, 1, 1, topic.length, 2, ...Buffer.from(`12${topic}ok`), 1, 2, 255]
    assert.deepEqual([...reply], expected)
  })

  test('lengths that do not fit are errors, not the end (M5)', async () => {
    const bare = await Bare.open()
    for (const bytes of [[], [0], [0, 1, 1, 1], [0, 255, 255, 255, 255, 1], [9, 0, 0, 0, 0], [0, 0, 0, 2, 0, 0xff, 0xfe]]) {
      bare.send(Uint8Array.from(bytes))
    }
    await bare.settled()
    assert.equal(await Promise.race([bare.closed, bare.settled()]), undefined)
  })

  test('a message over one mebibyte closes with 1009, and nobody else notices (M16)', async () => {
    const [large, other] = [await Bare.open(), await Bare.open()]
    large.send(`[null,"1","phoenix","heartbeat",{"x":"${'x'.repeat(1024 * 1024)}"}]`)
    assert.equal(await large.closed, 1009)
    await other.settled()
  })

  test('a message just below one mebibyte is read (M16)', async () => {
    const bare = await Bare.open()
    bare.send(`[null,"1","phoenix","heartbeat",{"x":"${'x'.repeat(1024 * 1024 - 100)}"}]`)
    assert.equal((await bare.reply('1'))[4].status, 'ok')
  })
})

describe('objects', { timeout: 30_000 }, () => {
  test('a hand-written client asks without a vsn (M1, M4)', async () => {
    const bare = await Bare.open('cortex/websocket')
    const agent = unique('agent')
    const topic = `cortex:${agent}`
    bare.send({ topic, event: 'phx_join', payload: { api_key: KEY, presence: false }, ref: '1' })
    const joined = await bare.next(v1('phx_reply'), 'the join')
    assert.deepEqual(Object.keys(joined).sort(), ['event', 'payload', 'ref', 'topic'])
    assert.equal(joined.ref, '1')
    assert.equal(joined.payload.response.agent_id, agent)
    bare.send({ topic, event: 'query', payload: { q: 'What is 2+2?', ref: 'q1' }, ref: '2' })
    const result = await bare.next(v1('result'), 'the result')
    assert.equal(result.payload.data.answer, '4')
    assert.equal(result.ref, null)
    const order = bare.frames.items.slice(1).map((frame) => frame.event)
    assert.deepEqual(order, ['phx_reply', ...order.slice(1, -1).map(() => 'thought'), 'result'])
  })

  test('without a topic the only one that is joined is meant (M1)', async () => {
    const bare = await Bare.open('cortex/websocket')
    const topic = `cortex:${unique('agent')}`
    bare.send({ topic, event: 'phx_join', payload: { api_key: KEY, presence: false }, ref: '1' })
    await bare.next(v1('phx_reply'), 'the join')
    bare.send({ event: 'query', payload: { q: 'What is 2+2?', ref: 'q1' } })
    const result = await bare.next(v1('result'), 'the result')
    assert.equal(result.topic, topic)
    assert.equal(result.payload.data.answer, '4')
  })

  test('without a topic none or two that are joined are an error (M1, M5)', async () => {
    const bare = await Bare.open('cortex/websocket')
    bare.send({ event: 'ping', payload: {}, ref: '0' })
    await bare.next(v1('error'), 'the error')
    for (const ref of ['1', '2']) {
      bare.send({ topic: `cortex:${unique('agent')}`, event: 'phx_join', payload: { api_key: KEY, presence: false }, ref })
      await bare.next((frame) => frame.ref === ref, 'the join')
    }
    const from = bare.frames.items.length
    bare.send({ event: 'ping', payload: {}, ref: '3' })
    const refused = await bare.next(() => true, 'the error', { from })
    assert.equal(refused.payload.reason ?? refused.payload.response.reason, 'malformed frame')
  })

  test('a refused join leaves the connection open for the next (M2)', async () => {
    const bare = await Bare.open('cortex/websocket')
    const topic = `cortex:${unique('agent')}`
    bare.send({ topic, event: 'phx_join', payload: { api_key: 'wrong' }, ref: '1' })
    assert.deepEqual((await bare.next((frame) => frame.ref === '1', 'the refusal')).payload, {
      status: 'error',
      response: { reason: 'unauthorized' },
    })
    bare.send({ topic, event: 'phx_join', payload: { api_key: KEY, presence: false }, ref: '2' })
    assert.equal((await bare.next((frame) => frame.ref === '2', 'the join')).payload.status, 'ok')
  })

  test('a client that announces 1.0.0 and sends arrays is answered in arrays (M1)', async () => {
    const bare = await Bare.open('cortex/websocket?vsn=1.0.0')
    await bare.settled()
    assert.ok(Array.isArray(bare.frames.items[0]))
  })

  test('an interrupt straight after the question stops it (M6)', async () => {
    const bare = await Bare.open('cortex/websocket')
    const topic = `cortex:${unique('agent')}`
    bare.send({ topic, event: 'phx_join', payload: { api_key: KEY, presence: false }, ref: '1' })
    bare.send({ topic, event: 'query', payload: { q: LONG, ref: 'q1', pace: 5 }, ref: '2' })
    bare.send({ topic, event: 'interrupt', payload: { ref: 'q1' }, ref: '3' })
    assert.equal((await bare.next(v1('result'), 'the result')).payload.status, 'interrupted')
    const order = bare.frames.items.map((frame) => frame.event)
    assert.deepEqual(order.slice(-3), ['phx_reply', 'interrupted', 'result'])
  })
})

/** A binary push as the npm client writes it. */
function push(joinRef, ref, topic, event, data) {
  const parts = [joinRef, ref, topic, event].map((part) => Buffer.from(part))
  return Buffer.concat([Buffer.from([0, ...parts.map(({ length }) => length)]), ...parts, data])
}
