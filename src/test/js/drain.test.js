/** What programs that use the official npm client see of a node that is drained. Whoever runs this drains it meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, clients, joined, LONG, phoenix, within } from './helpers.js'

const DRAINED_MS = 90_000

/** Remembers, in order, what a socket is told about itself, and its first close. */
function watch(socket) {
  const seen = []
  const closed = new Promise((resolve) => {
    socket.onClose(({ code }) => {
      seen.push({ event: 'close', code })
      resolve()
    })
  })
  socket.onMessage((message) => {
    const { topic, event, payload } = message
    if (event === 'reconnect' || event === 'result') {
      seen.push({ topic, event, payload })
    }
    return payload
  })
  return { closed, seen }
}

test('npm phoenix 1.7 and 1.8: told when to connect again, closed with 1012, running queries end first (B10, K2)', async () => {
  // all at a time: the node is drained once
  const idle = clients.map((client) => phoenix(client))
  const asking = clients.map((client) => phoenix(client))
  const idleSeen = idle.map(watch)
  const askingSeen = asking.map(watch)
  await Promise.all(idle.map((socket) => joined(socket)))
  const queries = await Promise.all(asking.map(async (socket) => ask(await joined(socket), { q: LONG, pace: 25 })))
  await Promise.all([...idleSeen, ...askingSeen].map(({ closed }) => within(closed, 'the close', DRAINED_MS)))

  for (const { seen: [told, end] } of idleSeen) {
    assert.equal(told.event, 'reconnect')
    assert.equal(told.topic, 'phoenix')
    assert.equal(told.payload.reason, 'stopping')
    assert.ok(told.payload.reconnect_after_ms > 0)
    assert.deepEqual(end, { event: 'close', code: 1012 })
  }
  for (const [index, { seen }] of askingSeen.entries()) {
    assert.equal((await queries[index].result()).status, 'success')
    assert.deepEqual(seen.map(({ event }) => event).slice(0, 3), ['result', 'reconnect', 'close'])
    assert.equal(seen[2].code, 1012)
  }
})
