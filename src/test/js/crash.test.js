/** What a program that uses the official npm client sees of a topic that fails in the server. Needs the probe's WAR. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answered, ask, clients, eventually, http, joined, phoenix, within } from './helpers.js'

const THOUGHTS = 60

/** The next message that reads the clock in this class of the server fails. */
async function failOnceIn(className) {
  const response = await fetch(http(`probe?crash=${className}`), { method: 'POST' })
  assert.equal(response.status, 204)
}

for (const client of clients) {
  describe(`${client.name}: a topic that fails`, { timeout: 30_000 }, () => {
    test('is joined again by the client, goes on with its query, and leaves the others alone (M24)', async () => {
      const socket = phoenix(client)
      let opened = 0
      socket.onOpen(() => opened++)
      const failing = await joined(socket)
      const other = await joined(socket)
      const asked = await ask(failing, { q: `count ${THOUGHTS} 50` })
      const beside = await ask(other, { q: `count ${THOUGHTS} 50` })
      let othersFailed = 0
      other.onError(() => othersFailed++)
      await asked.thought(3)

      const failed = new Promise((resolve) => failing.onError(resolve))
      await failOnceIn('QueryHandler')
      failing.push('ping', {})
      await within(failed, 'the error of the topic')
      await eventually('the channel is joined again', () => failing.state === 'joined')

      for (const query of [asked, beside]) {
        assert.equal((await query.result()).status, 'success')
        assert.deepEqual(
          query.thoughts().map(({ seq }) => seq),
          Array.from({ length: THOUGHTS }, (_, index) => index + 1),
          'each seq once, in order',
        )
      }
      assert.equal(othersFailed, 0)
      assert.equal((await answered(other.push('ping', {}))).status, 'ok')
      assert.equal((await answered(failing.push('ping', {}))).status, 'ok')
      assert.equal(opened, 1, 'the connection is the same')
    })
  })
}
