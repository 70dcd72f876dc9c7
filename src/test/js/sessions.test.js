/** Sessions: a client that comes back has its subscriptions and its queries again, and says nothing but how far it was. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  answered,
  clients,
  eventually,
  Inbox,
  joined,
  LONG,
  phoenix,
  randomNumbers,
  sleep,
  unique,
  Wire,
  within,
  ws,
} from './helpers.js'

const SUBSCRIBERS = 10
const CUTS = 50
const PACE_MS = 4
const WORDS_A_SECOND = 200

/** One query as the client sees it: its thoughts, and whether its result has come. */
class Query {
  seq = 0
  accepted = false
  results = 0
  text = ''

  constructor(ref) {
    this.ref = ref
  }
}

/** Subscribes once and asks one query after another, over a wire that can be cut. */
class Returning {
  items = new Inbox()
  queries = new Map()
  problems = []
  resumed = 0
  asking = true
  #position

  static async open(client, topic) {
    const wire = await Wire.open()
    const socket = phoenix(client, {
      url: ws('cortex', wire.port),
      reconnectAfterMs: () => 1,
      rejoinAfterMs: () => 1,
    })
    return new Returning(wire, socket, topic)
  }

  constructor(wire, socket, topic) {
    this.wire = wire
    this.topic = topic
    const session = randomUUID()
    // evaluated for each join
    this.channel = socket.channel(`cortex:${unique('agent')}`, () => ({
      api_key: 'test_key',
      presence: false,
      session,
      positions: this.#position === undefined ? {} : { [topic]: this.#position },
      queries: Object.fromEntries([...this.queries.values()].filter((q) => q.results === 0).map((q) => [q.ref, q.seq])),
    }))
    this.channel.on('item', ({ offset, epoch, payload }) => {
      this.#position = { offset, epoch }
      this.items.add(payload.n)
    })
    this.channel.on('thought', (thought) => this.#thought(thought))
    this.channel.on('result', ({ ref, data }) => this.#result(this.queries.get(ref), data))
    for (const event of ['gap', 'recovery', 'error']) {
      this.channel.on(event, (payload) => this.problems.push({ event, payload }))
    }
    this.first = new Promise((resolve) => {
      this.channel.join().receive('ok', (reply) => (this.#position ? this.#returned(reply) : this.#begin(resolve)))
    })
  }

  #begin(ready) {
    this.channel.push('subscribe', { topic: this.topic }).receive('ok', ({ offset, epoch }) => {
      this.#position = { offset, epoch }
      this.#ask()
      ready()
    })
  }

  #returned({ session, topics, queries }) {
    this.resumed++
    // what is followed again was accepted, though its reply may be lost: asking again would bring its result again
    for (const { ref, recovered } of queries) {
      this.queries.get(ref).accepted ||= recovered
    }
    if (!session.resumed || topics.length !== 1 || !topics[0].recovered) {
      this.problems.push({ session, topics })
    }
    // what the cut has swallowed: the question itself
    for (const query of this.queries.values()) {
      if (!query.accepted && query.results === 0) {
        this.#push(query)
      }
    }
  }

  #ask() {
    const query = new Query(unique('q'))
    this.queries.set(query.ref, query)
    this.#push(query)
  }

  #push(query) {
    this.channel
      .push('query', { q: LONG, ref: query.ref, pace: WORDS_A_SECOND, after_seq: query.seq })
      .receive('ok', () => (query.accepted = true))
  }

  #thought({ ref, seq, seq_from: from = seq, type, content }) {
    const query = this.queries.get(ref)
    if (from !== query.seq + 1 || query.results > 0) {
      this.problems.push({ ref, from, after: query.seq, results: query.results })
    }
    query.seq = seq
    query.text += type === 'text' ? content : ''
  }

  #result(query, data) {
    query.results++
    query.answer = data.answer
    if (this.asking) {
      this.#ask()
    }
  }

  /** Cut somewhere: after some messages, or after some time, whatever the connection is doing then. */
  async cutAnywhere(random) {
    if (random() < 0.5) {
      const wanted = this.items.items.length + 1 + Math.floor(random() * 4)
      await this.items.next(() => this.items.items.length >= wanted, `message ${wanted}`)
    } else {
      await sleep(random() * 30)
    }
    this.wire.cut()
  }

  async finished() {
    this.asking = false
    const all = () => [...this.queries.values()]
    await eventually('every result', () => all().every(({ results }) => results > 0))
    for (const query of all()) {
      assert.equal(query.results, 1)
      assert.equal(query.text, query.answer)
    }
  }
}

for (const client of clients) {
  describe(`${client.name}: sessions`, { timeout: 120_000 }, () => {
    test(`over ${SUBSCRIBERS * CUTS} random cuts a session brings everything back, once (M14)`, async () => {
      const topic = unique('sessions')
      const publisher = await joined(phoenix(client))
      const returning = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => Returning.open(client, topic)))
      await within(Promise.all(returning.map(({ first }) => first)), 'all subscriptions')

      let cutting = true
      const done = Promise.all(
        returning.map(async (each, index) => {
          const random = randomNumbers(2000 + index)
          for (let cut = 0; cut < CUTS; cut++) {
            await each.cutAnywhere(random)
          }
        }),
      ).finally(() => (cutting = false))
      let count = 0
      const publish = () => answered(publisher.push('publish', { topic, event: 'item', payload: { n: ++count } }))
      while (cutting) {
        assert.equal((await publish()).status, 'ok')
        await sleep(PACE_MS)
      }
      await done
      await publish()

      const expected = Array.from({ length: count }, (_, index) => index + 1)
      for (const each of returning) {
        await each.items.next((n) => n === count, `message ${count}`)
        await each.finished()
        assert.deepEqual(each.problems, [])
        assert.deepEqual(each.items.items, expected)
        assert.ok(each.resumed > 0)
      }
    })

    test('who comes back elsewhere takes the session over; the old channel is closed and stays so (M14 K6)', async () => {
      const topic = unique('taken')
      const params = { session: randomUUID(), agent: unique('agent') }
      const socket = phoenix(client)
      const old = await joined(socket, params)
      const [before, after] = [new Inbox(), new Inbox()]
      old.on('item', ({ payload }) => before.add(payload))
      const closed = new Promise((resolve) => old.onClose(resolve))
      assert.equal((await answered(old.push('subscribe', { topic }))).status, 'ok')

      const young = phoenix(client).channel(old.topic, { api_key: 'test_key', session: params.session })
      young.on('item', ({ payload }) => after.add(payload))
      const { response } = await answered(young.join(), 'the join')
      assert.equal(response.session.resumed, true)
      await within(closed, 'the end of the old channel')
      assert.equal((await answered(young.push('publish', { topic, event: 'item', payload: 1 }))).status, 'ok')
      await after.next((n) => n === 1, 'the message')
      assert.deepEqual(before.items, [])
      assert.equal(old.state, 'closed')
      assert.ok(socket.isConnected())
    })

    test('what was not acknowledged comes again, after a cut and with no word about it (K4)', async () => {
      const topic = unique('acked')
      const wire = await Wire.open()
      const socket = phoenix(client, { url: ws('cortex', wire.port), reconnectAfterMs: () => 1, rejoinAfterMs: () => 1 })
      const channel = await joined(socket, { session: randomUUID() })
      const seen = new Inbox()
      channel.on('item', (message) => seen.add(message))
      assert.equal((await answered(channel.push('subscribe', { topic, acknowledged: true }))).status, 'ok')
      for (let n = 1; n <= 3; n++) {
        await answered(channel.push('publish', { topic, event: 'item', payload: n }))
      }
      const third = await seen.next(({ payload }) => payload === 3, 'the third')
      const { status, response } = await answered(channel.push('ack', { message_id: seen.items[0].message_id }))
      assert.deepEqual([status, response], ['ok', {}])
      wire.cut()
      const again = await seen.next(({ payload }) => payload === 3, 'the third again', { from: 3 })
      assert.deepEqual(
        seen.items.map(({ payload }) => payload),
        [1, 2, 3, 2, 3],
      )
      assert.equal(again.message_id, third.message_id)
      const bad = await answered(channel.push('ack', { message_id: 'nobodys-7' }))
      assert.deepEqual([bad.status, bad.response.reason], ['error', 'not_found'])
    })
  })
}
