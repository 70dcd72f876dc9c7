/** Who is there, as the `Presence` class of the official npm client sees it, in both of its lines. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answered, Bare, clients, eventually, joined, KEY, metric, phoenix, unique, Wire, within, ws } from './helpers.js'

/** The grace is two seconds; this is long enough to see that nothing came within it and what came after. */
const GRACE_MS = 2000

/** One client of an agent, with everything its `Presence` tells. */
class Seen {
  changes = []

  static async on(client, { agent, socket = phoenix(client), ...params }) {
    const channel = socket.channel(`cortex:${agent}`, { api_key: KEY, ...params })
    const seen = new Seen(client, socket, channel)
    const { status } = await answered(channel.join(), 'the join')
    assert.equal(status, 'ok')
    await eventually('the state has come', () => seen.synced > 0)
    return seen
  }

  constructor({ Presence }, socket, channel) {
    this.socket = socket
    this.channel = channel
    this.synced = 0
    this.presence = new Presence(channel)
    this.presence.onJoin((key, current, joined) => this.changes.push(['join', key, current !== undefined, joined.metas.length]))
    this.presence.onLeave((key, current) => this.changes.push(['leave', key, current.metas.length]))
    this.presence.onSync(() => this.synced++)
  }

  get keys() {
    return this.presence.list((key) => key).sort()
  }

  metas(key) {
    return this.presence.state[key]?.metas ?? []
  }

  async until(what, holds) {
    await eventually(`${what}; it sees ${JSON.stringify(this.presence.state)}`, holds)
  }

  sees(...keys) {
    return this.until(`it sees ${keys}`, () => JSON.stringify(this.keys) === JSON.stringify(keys.sort()))
  }

  push(event, payload = {}) {
    return answered(this.channel.push(event, payload), `the reply to ${event}`)
  }
}

for (const client of clients) {
  const on = (params) => Seen.on(client, params)

  describe(`${client.name}: presence`, { timeout: 60_000 }, () => {
    test('two clients see each other, a status, a load, and a leave after the grace (M11, B14)', async () => {
      const agent = unique('agent')
      const ann = await on({ agent, presence_key: 'ann' })
      assert.deepEqual(ann.keys, ['ann'])
      const before = Date.now()
      const bob = await on({ agent, presence_key: 'bob' })
      await Promise.all([ann.sees('ann', 'bob'), bob.sees('ann', 'bob')])
      const [meta] = ann.metas('bob')
      assert.deepEqual(Object.keys(meta).sort(), ['connection_id', 'online_at', 'phx_ref', 'status'])
      assert.equal(meta.status, 'online')
      assert.ok(Math.abs(meta.online_at - before) < 60_000, `online_at ${meta.online_at}`)

      ann.changes.length = 0
      const { status, response } = await bob.push('presence_update', { status: 'busy', load: 0.75 })
      assert.equal(status, 'ok')
      await ann.until('the update', () => ann.metas('bob')[0]?.phx_ref === response.phx_ref)
      const [busy] = ann.metas('bob')
      assert.deepEqual(ann.metas('bob'), [
        { ...meta, phx_ref: response.phx_ref, phx_ref_prev: meta.phx_ref, status: 'busy', load: 0.75 },
      ])
      assert.deepEqual(ann.changes, [
        ['join', 'bob', true, 1],
        ['leave', 'bob', 1],
      ])

      ann.changes.length = 0
      const left = Date.now()
      bob.socket.disconnect()
      await ann.sees('ann')
      assert.ok(Date.now() - left >= GRACE_MS - 100, `held back for ${Date.now() - left} ms`)
      assert.deepEqual(ann.changes, [['leave', 'bob', 0]])
      assert.equal(busy.status, 'busy')
    })

    test('without a key they are listed under the agent, each with a meta of its own (M11)', async () => {
      const agent = unique('agent')
      const all = await Promise.all(Array.from({ length: 5 }, () => on({ agent })))
      for (const seen of all) {
        await seen.until('five metas', () => seen.metas(agent).length === 5)
        assert.deepEqual(seen.keys, [agent])
        assert.equal(new Set(seen.metas(agent).map((meta) => meta.connection_id)).size, 5)
      }
    })

    test('one who loses his connection and is back within the grace does not flap (B14)', async () => {
      const agent = unique('agent')
      const ann = await on({ agent, presence_key: 'ann' })
      const wire = await Wire.open()
      const bob = await on({ agent, presence_key: 'bob', socket: phoenix(client, { url: ws('cortex', wire.port) }) })
      await bob.push('presence_update', { status: 'busy' })
      await ann.until('busy', () => ann.metas('bob')[0]?.status === 'busy')
      ann.changes.length = 0
      const returned = await metric('synapse_presence_returned_total')
      for (let time = 1; time <= 3; time++) {
        const [before] = ann.metas('bob')
        const lost = new Promise((resolve) => bob.socket.onClose(resolve))
        wire.cut()
        await within(lost, 'the lost connection')
        await ann.until('another connection', () => ann.metas('bob')[0].connection_id !== before.connection_id)
        const [after] = ann.metas('bob')
        assert.equal(ann.metas('bob').length, 1)
        assert.equal(after.phx_ref_prev, before.phx_ref)
        assert.equal(after.online_at, before.online_at)
        assert.equal(after.status, 'busy')
        await bob.until('it sees both', () => bob.keys.length === 2 && bob.metas('bob')[0].phx_ref === after.phx_ref)
      }
      assert.ok(
        ann.changes.every(([kind, key, rest]) => key === 'bob' && (kind === 'join' ? rest === true : rest === 1)),
        `never without bob: ${JSON.stringify(ann.changes)}`,
      )
      assert.equal((await metric('synapse_presence_returned_total')) - returned, 3)
    })

    test('leaving and joining again on one connection, by two channels, does not flap (B14)', async () => {
      const agent = unique('agent')
      const ann = await on({ agent, presence_key: 'ann' })
      const bob = await on({ agent, presence_key: 'bob' })
      await ann.sees('ann', 'bob')
      ann.changes.length = 0
      const again = await on({ agent, presence_key: 'bob', socket: bob.socket })
      await again.sees('ann', 'bob')
      await ann.until('an update', () => ann.metas('bob')[0]?.phx_ref_prev !== undefined)
      assert.ok(ann.changes.every(([kind, , rest]) => kind === 'join' || rest === 1), JSON.stringify(ann.changes))
    })

    test('a storm of updates, joins and lost connections: all see the same in the end, and the server too (B14)', async () => {
      const agent = unique('agent')
      const wires = await Promise.all(Array.from({ length: 3 }, () => Wire.open()))
      const all = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          on({
            agent,
            presence_key: `k${index % 4}`,
            socket: phoenix(client, { url: ws('cortex', wires[index % 3].port), reconnectAfterMs: () => 20 }),
          }),
        ),
      )
      // Its wire is not cut; each round lasts until it is told of its own update.
      const pace = await on({ agent, presence_key: 'pace' })
      for (let round = 0; round < 12; round++) {
        await Promise.all(
          all.filter((seen, index) => index % 3 !== round % 3 && seen.channel.state === 'joined').map((seen, index) =>
            seen.channel.push('presence_update', { status: `s${round}-${index}` }),
          ),
        )
        if (round % 3 === 0) {
          wires[(round / 3) % 3].cut()
        }
        const { response } = await pace.push('presence_update', { load: round / 12 })
        await pace.until('its own update', () => pace.metas('pace')[0]?.phx_ref === response.phx_ref)
      }
      await eventually('all are back', () => all.every((seen) => seen.channel.state === 'joined'))
      const refs = (state) =>
        Object.fromEntries(
          Object.entries(state)
            .map(([key, { metas }]) => [key, metas.map((meta) => meta.phx_ref).sort()])
            .sort(),
        )
      let listed
      await eventually('all see what the server lists', async () => {
        listed = (await all[0].push('presence')).response
        return all.every((seen) => JSON.stringify(refs(seen.presence.state)) === JSON.stringify(refs(listed.state)))
      })
      assert.equal(listed.count, 10)
      assert.equal(listed.keys, 5)
      assert.equal(listed.truncated, undefined)
    })

    test('lists and counts, of this agent and of another; presence:false is not among them (M11)', async () => {
      const [agent, other] = [unique('agent'), unique('agent')]
      const ann = await on({ agent, presence_key: 'ann' })
      await on({ agent, presence_key: 'ann' })
      await on({ agent: other, presence_key: 'eve' })
      const server = await joined(phoenix(client), { agent, presence: false })
      const told = []
      for (const event of ['presence_state', 'presence_diff', 'presence_info']) {
        server.on(event, () => told.push(event))
      }
      const { response } = await answered(server.push('presence', {}))
      assert.deepEqual([response.topic, response.count, response.keys], [`cortex:${agent}`, 2, 1])
      assert.equal(response.state.ann.metas.length, 2)
      assert.deepEqual((await answered(server.push('presence', { counts: true }))).response, {
        topic: `cortex:${agent}`,
        count: 2,
        keys: 1,
      })
      const elsewhere = (await ann.push('presence', { agent: other })).response
      assert.deepEqual([elsewhere.topic, Object.keys(elsewhere.state)], [`cortex:${other}`, ['eve']])
      assert.deepEqual(await answered(server.push('presence_update', { status: 'busy' })), {
        status: 'error',
        response: { reason: 'not_tracked' },
      })
      assert.deepEqual(told, [])
    })

    test('what is wrong is refused and said (M11)', async () => {
      const ann = await on({ agent: unique('agent') })
      for (const payload of [{}, { load: 2 }, { load: 'x' }, { status: '' }, { status: 's'.repeat(33) }, { status: 1 }]) {
        const { status, response } = await ann.push('presence_update', payload)
        assert.deepEqual([status, response.reason], ['error', 'invalid field'], JSON.stringify(payload))
      }
    })
  })
}

describe('presence on the wire', { timeout: 30_000 }, () => {
  test('the reply, then the state of this join; a diff is a broadcast with both maps (M11)', async () => {
    const agent = unique('agent')
    const topic = `cortex:${agent}`
    const bare = await Bare.open()
    await bare.join(topic, '7', { api_key: KEY })
    await bare.next((frame) => frame[3] === 'presence_state', 'the state')
    assert.deepEqual(
      bare.frames.items.map(([joinRef, ref, , event]) => [joinRef, ref, event]),
      [
        ['7', '7', 'phx_reply'],
        ['7', null, 'presence_state'],
      ],
    )
    assert.deepEqual(Object.keys(bare.frames.items[1][4]), [agent])
    const other = await Bare.open()
    await other.join(topic, '1', { api_key: KEY, presence_key: 'other' })
    const diff = await bare.next((frame) => frame[3] === 'presence_diff', 'the diff')
    assert.deepEqual(diff.slice(0, 4), [null, null, topic, 'presence_diff'])
    assert.deepEqual(Object.keys(diff[4]), ['joins', 'leaves'])
    assert.deepEqual(diff[4].leaves, {})
  })

  test('when all are gone the server keeps nothing (G10)', async () => {
    const kept = () =>
      Promise.all(['topics', 'members', 'watchers'].map((figure) => metric(`synapse_presence_${figure}`)))
    const agent = unique('agent')
    const topic = `cortex:${agent}`
    for (let round = 0; round < 10; round++) {
      const all = await Promise.all(Array.from({ length: 20 }, () => Bare.open()))
      await Promise.all(all.map((bare, index) => bare.join(topic, '1', { api_key: KEY, presence_key: `k${index}` })))
      all.forEach(({ socket }, index) => (index % 2 ? socket.terminate() : socket.close()))
    }
    await eventually('nothing is kept', async () => (await kept()).every((figure) => figure === 0), 15_000)
  })
})
