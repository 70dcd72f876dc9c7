/** Queries outlive the connections they were asked on. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  answered,
  ask,
  Asked,
  clients,
  eventually,
  joined,
  LONG,
  metric,
  phoenix,
  unique,
  Wire,
  within,
  ws,
} from './helpers.js'

/** The whole answer and its number of thoughts, from a run that nothing disturbs. */
async function undisturbed(client) {
  const asked = await ask(await joined(phoenix(client)), { q: LONG, pace: 0 })
  const result = await asked.result()
  assert.equal(result.status, 'success')
  return { text: asked.text(), thoughts: asked.thoughts().map(({ type, content }) => [type, content]) }
}

/** The first `count` thoughts' worth of events has come; then the wire is cut, and the client finds its way back. */
async function cutAfter(asked, wire, socket, count) {
  await asked.thought(count)
  const lost = new Promise((resolve) => socket.onClose(resolve))
  wire.cut()
  await within(lost, 'the lost connection')
  await eventually('the channel is joined again', () => asked.channel.state === 'joined' && socket.isConnected())
}

function assertWhole(asked, expected) {
  const thoughts = asked.thoughts()
  assert.deepEqual(
    thoughts.map(({ seq }) => seq),
    expected.thoughts.map((_, index) => index + 1),
    'each seq once, in order',
  )
  assert.deepEqual(
    thoughts.map(({ type, content }) => [type, content]),
    expected.thoughts,
  )
  assert.equal(asked.text(), expected.text)
}

const lastSeq = (asked) => asked.thoughts().at(-1)?.seq ?? 0

for (const client of clients) {
  const overWire = async (params) => {
    const wire = await Wire.open()
    const socket = phoenix(client, { url: ws('cortex', wire.port) })
    const channel = await joined(socket, params)
    return { wire, socket, channel }
  }

  describe(`${client.name}: a lost connection`, { timeout: 60_000 }, () => {
    for (const [how, goOn] of [
      ['resume', (asked) => asked.resume(lastSeq(asked))],
      ['the same query', (asked) => asked.ask({ after_seq: lastSeq(asked) })],
    ]) {
      test(`after any thought, ${how} continues the answer: identical, and nothing twice (B1)`, async () => {
        const expected = await undisturbed(client)
        const cuts = Array.from({ length: Math.min(24, expected.thoughts.length - 1) }, (_, index) => index + 1)
        await Promise.all(
          cuts.map(async (count) => {
            const { wire, socket, channel } = await overWire()
            const asked = await ask(channel, { q: LONG, pace: 250 })
            await cutAfter(asked, wire, socket, count)
            assert.equal((await goOn(asked)).status, 'ok')
            assert.equal((await asked.result()).data.answer, expected.text)
            assertWhole(asked, expected)
            assert.equal(asked.all('result').length, 1)
          }),
        )
      })
    }

    test('again and again, the answer comes together (B1)', async () => {
      const expected = await undisturbed(client)
      const { wire, socket, channel } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 250 })
      for (let count = 5; count < expected.thoughts.length - 5; count += 20) {
        await cutAfter(asked, wire, socket, count)
        await asked.resume(lastSeq(asked))
      }
      await asked.result()
      assertWhole(asked, expected)
    })

    test('a query that ended meanwhile gives its thoughts and its result (B1)', async () => {
      const expected = await undisturbed(client)
      const { wire, socket, channel } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 300 })
      const before = await metric('synapse_queries_succeeded_total')
      await asked.thought(2)
      await wire.close()
      await eventually('it has ended', async () => (await metric('synapse_queries_succeeded_total')) > before)
      const there = new Asked(await joined(phoenix(client), { agent: agentOf(channel) }), asked.body)
      await there.resume(0)
      assert.equal((await there.result()).status, 'success')
      assertWhole(there, expected)
      socket.disconnect()
    })

    test('a join can name the query it resumes (B1)', async () => {
      const { wire, channel } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 200 })
      await asked.thought(4)
      await wire.close()
      const seen = lastSeq(asked)
      const socket = phoenix(client)
      const again = socket.channel(channel.topic, { api_key: 'test_key', query_id: asked.ref, after_seq: seen })
      const there = new Asked(again, asked.body)
      assert.equal((await answered(again.join())).status, 'ok')
      assert.equal((await there.result()).status, 'success')
      assert.equal(there.thoughts()[0].seq, seen + 1)
    })

    test('a query that is not known cannot be resumed (B1)', async () => {
      const channel = await joined(phoenix(client))
      const { status, response } = await new Asked(channel, {}).resume(0)
      assert.equal(status, 'error')
      assert.equal(response.reason, 'not_found')
    })

    test('an interrupt from another connection stops a query whose own is lost (B2)', async () => {
      const { wire, channel } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 2 })
      await asked.thought(2)
      await wire.close()
      const there = new Asked(await joined(phoenix(client), { agent: agentOf(channel) }), asked.body)
      assert.equal((await there.interrupt()).status, 'ok')
      await there.resume(0)
      const result = await there.result()
      assert.equal(result.status, 'interrupted')
      assert.equal(there.thoughts().length, result.last_seq)
    })

    test('cancel_after stops a query that nobody comes back to (B2)', async () => {
      const { channel, wire } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 2, on_disconnect: 'cancel_after(200)' })
      await asked.thought(2)
      const before = await metric('synapse_queries_interrupted_total')
      await wire.close()
      await eventually('it is stopped', async () => (await metric('synapse_queries_interrupted_total')) > before)
      const there = new Asked(await joined(phoenix(client), { agent: agentOf(channel) }), asked.body)
      await there.resume(0)
      const result = await there.result()
      assert.equal(result.status, 'interrupted')
      assert.equal(there.all('interrupted')[0].reason, 'disconnected')
      assert.ok(result.latency_ms >= 200, `latency ${result.latency_ms}`)
    })

    test('cancel_after lets a query go on when its client comes back in time (B2)', async () => {
      const expected = await undisturbed(client)
      const { wire, socket, channel } = await overWire()
      const asked = await ask(channel, { q: LONG, pace: 200, on_disconnect: 'cancel_after(5000)' })
      await cutAfter(asked, wire, socket, 3)
      await asked.resume(lastSeq(asked))
      assert.equal((await asked.result()).status, 'success')
      assertWhole(asked, expected)
    })
  })

  describe(`${client.name}: asking again`, { timeout: 30_000 }, () => {
    test('the same ref with the same question attaches, and the engine runs once (B7)', async () => {
      const agent = unique('agent')
      const body = { ref: unique('q'), q: LONG, pace: 250 }
      const started = await metric('synapse_queries_started_total')
      const all = await Promise.all(
        Array.from({ length: 10 }, async () => new Asked(await joined(phoenix(client), { agent }), body)),
      )
      const replies = await Promise.all(all.map((asked) => asked.ask()))
      assert.ok(replies.every(({ status }) => status === 'ok'))
      assert.equal(replies.filter(({ response }) => response.attached).length, 9)
      const results = await Promise.all(all.map((asked) => asked.result()))
      assert.equal(new Set(results.map((result) => JSON.stringify(result))).size, 1)
      assert.equal(new Set(all.map((asked) => asked.text())).size, 1)
      assert.equal((await metric('synapse_queries_started_total')) - started, 1)
    })

    test('repeating a query on the connection that follows it tells nothing twice (B7)', async () => {
      const asked = await ask(await joined(phoenix(client)), { q: LONG, pace: 250 })
      await asked.thought(3)
      const { status, response } = await asked.ask()
      assert.equal(status, 'ok')
      assert.equal(response.attached, true)
      const result = await asked.result()
      assert.equal(asked.thoughts().length, result.last_seq)
    })

    test('the same ref with another question is refused, while it runs and after (B7)', async () => {
      const channel = await joined(phoenix(client))
      const asked = await ask(channel, { q: LONG, pace: 2 })
      const other = () => answered(channel.push('query', { ref: asked.ref, q: 'What is 2+2?' }))
      const running = await other()
      assert.deepEqual([running.status, running.response.reason], ['error', 'ref_in_use'])
      await asked.interrupt()
      await asked.result()
      const ended = await other()
      assert.deepEqual([ended.status, ended.response.reason], ['error', 'ref_in_use'])
    })

    test('another agent may use the same ref (B7)', async () => {
      const socket = phoenix(client)
      const ref = unique('q')
      const [one, two] = [await joined(socket), await joined(socket)]
      const first = await ask(one, { ref, q: 'What is 2+2?' })
      const second = await ask(two, { ref, q: 'What is 3+3?' })
      assert.equal((await first.result()).data.answer, '4')
      assert.equal((await second.result()).data.answer, '6')
    })
  })
}

function agentOf(channel) {
  return channel.topic.slice('cortex:'.length)
}
