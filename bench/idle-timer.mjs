// Round trips and fan-out against two servers, in turn, in one run; bench/idle-timer.sh starts them.
// Uses the ws package of src/test/js, so that no second set of dependencies is kept.
import { createRequire } from 'node:module'
const WebSocket = createRequire(new URL('../src/test/js/package.json', import.meta.url))('ws')

const [on, off] = process.argv.slice(2)
const ROUNDS = 5
const PINGS = 2000
const FOLLOWERS = 100

let names = 0

async function joined(port, agent) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/cortex/websocket?vsn=2.0.0`)
  const waiting = []
  socket.on('message', (data) => {
    const frame = JSON.parse(data)
    const at = waiting.findIndex(({ wanted }) => wanted(frame))
    if (at >= 0) waiting.splice(at, 1)[0].resolve(frame)
  })
  const next = (wanted) => new Promise((resolve) => waiting.push({ wanted, resolve }))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const send = (ref, event, payload) => socket.send(JSON.stringify(['1', ref, `cortex:${agent}`, event, payload]))
  const reply = next(([, , , event]) => event === 'phx_reply')
  send('1', 'phx_join', { api_key: 'test_key' })
  await reply
  return { socket, next, send }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

async function roundTrip(port) {
  const client = await joined(port, 'bench')
  const times = []
  for (let i = 0; i < PINGS; i++) {
    const pong = client.next(([, , , event]) => event === 'pong')
    const from = process.hrtime.bigint()
    client.send(String(i + 2), 'ping', {})
    await pong
    times.push(Number(process.hrtime.bigint() - from) / 1000)
  }
  client.socket.close()
  return median(times)
}

async function fanOut(port) {
  const agent = `bench${++names}`
  const clients = await Promise.all(Array.from({ length: FOLLOWERS }, () => joined(port, agent)))
  let frames = 0
  clients.forEach(({ socket }) => socket.on('message', () => frames++))
  const from = process.hrtime.bigint()
  const results = clients.map(({ next, send }) => {
    const result = next(([, , , event]) => event === 'result')
    send('2', 'query', { q: 'How does a query resume after a lost connection?', ref: 'same', pace: 0 })
    return result
  })
  await Promise.all(results)
  const seconds = Number(process.hrtime.bigint() - from) / 1e9
  clients.forEach(({ socket }) => socket.close())
  return frames / seconds
}

const figures = { on: { trip: [], fan: [] }, off: { trip: [], fan: [] } }
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, port] of [['on', on], ['off', off]]) {
    const trip = await roundTrip(port)
    const fan = await fanOut(port)
    // The first round warms up.
    if (round > 0) {
      figures[name].trip.push(trip)
      figures[name].fan.push(fan)
    }
    console.log(`${round === 0 ? 'warm-up' : `round ${round}`} quirk class ${name}: ` +
      `round trip p50 ${trip.toFixed(0)} us, ${fan.toFixed(0)} frames/s to ${FOLLOWERS} followers`)
  }
}
const [a, b] = [figures.on, figures.off]
console.log(`median of ${ROUNDS}: round trip ${median(a.trip).toFixed(0)} us with, ${median(b.trip).toFixed(0)} us without ` +
  `(${(median(b.trip) / median(a.trip)).toFixed(2)}x); ` +
  `fan-out ${median(a.fan).toFixed(0)} with, ${median(b.fan).toFixed(0)} without ` +
  `(${(median(a.fan) / median(b.fan)).toFixed(2)}x)`)
process.exit(0)
