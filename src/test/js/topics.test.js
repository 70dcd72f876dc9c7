/** Topics: who subscribes gets everything once, however often the connection is lost. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  answered,
  clients,
  Inbox,
  joined,
  phoenix,
  randomNumbers,
  sleep,
  transportOf,
  unique,
  Wire,
  within,
  ws,
} from './helpers.js'

const SUBSCRIBERS = 10
const CUTS = 50
const PACE_MS = 4

async function published(channel, topic, event, payload, extra = {}) {
  const { status, response } = await answered(channel.push('publish', { topic, event, payload, ...extra }), 'publish')
  assert.equal(status, 'ok', JSON.stringify(response))
  return response
}

async function subscribed(channel, body) {
  const { status, response } = await answered(channel.push('subscribe', body), 'subscribe')
  assert.equal(status, 'ok', JSON.stringify(response))
  return response
}

/** Follows one topic over a wire that can be cut, as an application would: from the last message it has. */
class Subscriber {
  items = new Inbox()
  recovered = 0
  problems = []
  #position

  static async open(client, topic) {
    const wire = await Wire.open()
    const socket = phoenix(client, {
      url: ws('cortex', wire.port),
      reconnectAfterMs: () => 1,
      rejoinAfterMs: () => 1,
    })
    return new Subscriber(wire, socket, topic)
  }

  constructor(wire, socket, topic) {
    this.wire = wire
    const channel = socket.channel(`cortex:${unique('agent')}`, { api_key: 'test_key' })
    channel.on('item', (message) => {
      this.#position = { offset: message.offset, epoch: message.epoch }
      this.items.add(message)
    })
    for (const event of ['gap', 'recovery', 'error']) {
      channel.on(event, (payload) => this.problems.push({ event, payload }))
    }
    // once for each time that the channel is joined again, too
    channel.join().receive('ok', () => {
      channel.push('subscribe', { topic, ...this.#position }).receive('ok', (reply) => {
        if (reply.recovered === false) {
          this.problems.push(reply)
        }
        this.recovered += reply.recovered ? 1 : 0
        this.#position ??= { offset: reply.offset, epoch: reply.epoch }
        this.ready?.()
      })
    })
    this.first = new Promise((resolve) => (this.ready = resolve))
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
}

for (const client of clients) {
  describe(`${client.name}: topics`, { timeout: 120_000 }, () => {
    test(`over ${SUBSCRIBERS * CUTS} random cuts nothing is missing and nothing comes twice (M9, B16)`, async () => {
      const topic = unique('cuts')
      const publisher = await joined(phoenix(client))
      const subscribers = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => Subscriber.open(client, topic)))
      await within(Promise.all(subscribers.map(({ first }) => first)), 'all subscriptions')

      let cutting = true
      const done = Promise.all(
        subscribers.map(async (subscriber, index) => {
          const random = randomNumbers(1000 + index)
          for (let cut = 0; cut < CUTS; cut++) {
            await subscriber.cutAnywhere(random)
          }
        }),
      ).finally(() => (cutting = false))
      let count = 0
      while (cutting) {
        await published(publisher, topic, 'item', { n: ++count })
        await sleep(PACE_MS)
      }
      await done
      await published(publisher, topic, 'item', { n: ++count })

      const expected = Array.from({ length: count }, (_, index) => index + 1)
      for (const subscriber of subscribers) {
        await subscriber.items.next(({ payload }) => payload.n === count, `message ${count}`)
        assert.deepEqual(subscriber.problems, [])
        const items = subscriber.items.items
        assert.deepEqual(
          items.map(({ offset }) => offset),
          expected,
        )
        assert.deepEqual(
          items.map(({ payload }) => payload.n),
          expected,
        )
        assert.equal(new Set(items.map(({ message_id }) => message_id)).size, count)
        assert.ok(subscriber.recovered > 0)
      }
    })

    test('what one client publishes comes to another; after unsubscribe it does not (M9)', async () => {
      const topic = unique('room')
      const [mine, theirs] = await Promise.all([joined(phoenix(client)), joined(phoenix(client))])
      const seen = new Inbox()
      theirs.on('said', (message) => seen.add(message))
      const { offset, epoch } = await subscribed(theirs, { topic })
      assert.equal(offset, 0)
      const text = 'é漢😀"\\\u2028'
      await published(mine, topic, 'said', { text, list: [1, null, { deep: 1.5 }] })
      const message = await seen.next(() => true, 'the message')
      assert.deepEqual(message.payload, { text, list: [1, null, { deep: 1.5 }] })
      assert.deepEqual([message.topic, message.event, message.offset, message.epoch], [topic, 'said', 1, epoch])
      assert.equal((await answered(theirs.push('unsubscribe', { topic }))).status, 'ok')
      await published(mine, topic, 'said', {})
      await answered(theirs.push('ping', {}))
      assert.equal(seen.items.length, 1)
      const { response } = await answered(theirs.push('history', { topic, reverse: true }))
      assert.deepEqual(
        response.messages.map((each) => each.offset),
        [2, 1],
      )
    })

    test('two channels of one socket subscribe on their own, by pattern and by topic (K5)', async () => {
      const prefix = unique('p')
      const socket = phoenix(client)
      const [wide, narrow] = [await joined(socket), await joined(socket)]
      const [all, one] = [new Inbox(), new Inbox()]
      wide.on('x', (message) => all.add(message.topic))
      narrow.on('x', (message) => one.add(message.topic))
      await subscribed(wide, { topic: `${prefix}:*` })
      await subscribed(narrow, { topic: `${prefix}:b` })
      for (const last of ['a', 'b', 'c:d']) {
        await published(wide, `${prefix}:${last}`, 'x', null)
      }
      await one.next(() => true, 'b')
      await all.next((topic) => topic.endsWith('b'), 'b')
      await answered(narrow.push('ping', {}))
      assert.deepEqual(all.items, [`${prefix}:a`, `${prefix}:b`])
      assert.deepEqual(one.items, [`${prefix}:b`])
      assert.ok(transportOf(socket))
    })

    test('a publication that is repeated under its key is there once (B7)', async () => {
      const topic = unique('once')
      const channel = await joined(phoenix(client))
      const replies = await Promise.all(
        Array.from({ length: 10 }, () => published(channel, topic, 'x', { n: 1 }, { idempotency_key: 'k' })),
      )
      assert.equal(replies.filter(({ duplicate }) => !duplicate).length, 1)
      assert.deepEqual(new Set(replies.map(({ offset }) => offset)), new Set([1]))
    })
  })
}
