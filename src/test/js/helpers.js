import { once } from 'node:events'
import net from 'node:net'
import { after, afterEach } from 'node:test'
import * as phoenix17 from 'phoenix17'
import * as phoenix18 from 'phoenix18'
import WebSocket from 'ws'

const DEADLINE_MS = 10_000

export const KEY = process.env.SYNAPSE_KEY ?? 'test_key'

/** A question of more than thirty words of answer, whatever the library holds. */
export const LONG = 'Tell me something about Synapse, in full sentences'

/** The server under test. */
export const base = new URL(process.env.SYNAPSE_URL ?? 'http://127.0.0.1:8080/')

/** The two lines of the official client. */
export const clients = [
  { name: 'phoenix 1.7', Socket: phoenix17.Socket, Presence: phoenix17.Presence },
  { name: 'phoenix 1.8', Socket: phoenix18.Socket, Presence: phoenix18.Presence },
]

/** The address of something on the server, by way of another port if one is given. */
export function http(path, port = base.port) {
  const url = new URL(path, base)
  url.port = port
  return url.href
}

export function ws(path, port) {
  return http(path, port).replace(/^http/, 'ws')
}

/** What has to be closed when a test has ended. */
const open = []

export function closing(closeable) {
  open.push(closeable)
  return closeable
}

async function closeAll() {
  await Promise.all(open.splice(0).map((closeable) => closeable.close()))
}

afterEach(closeAll)
after(closeAll)

/** The promise, or a failure that says what was waited for. */
export function within(promise, what, ms = DEADLINE_MS) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

let names = 0

/** A name nobody has used before, on a server that may have seen other runs. */
export function unique(prefix) {
  return `${prefix}-${Date.now().toString(36)}-${process.pid}-${++names}`
}

/** Remembers things in order, and lets tests wait for one. */
export class Inbox {
  items = []
  #waiting = new Set()

  add(item) {
    this.items.push(item)
    for (const look of this.#waiting) {
      look()
    }
  }

  /** The first item from a position on that the test accepts. */
  next(accepts, what = accepts, { from = 0, ms } = {}) {
    let look
    const found = new Promise((resolve) => {
      look = () => {
        const index = this.items.findIndex((item, position) => position >= from && accepts(item))
        if (index >= 0) {
          resolve(this.items[index])
        }
      }
      this.#waiting.add(look)
      look()
    })
    return within(found, () => `${what}; seen: ${JSON.stringify(this.items.slice(-5)).slice(0, 600)}`, ms).finally(() =>
      this.#waiting.delete(look),
    )
  }
}

/** A `ws` socket that the Phoenix client can be given; it keeps why a handshake failed. */
export class Transport extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols)
    this.on('error', () => {})
  }
}

/** A Phoenix socket, connected; disconnected when the test ends. */
export function phoenix({ Socket }, { url = ws('cortex'), ...options } = {}) {
  const socket = new Socket(url, { transport: Transport, heartbeatIntervalMs: 5000, ...options })
  closing({ close: () => new Promise((resolve) => socket.disconnect(resolve)) })
  socket.connect()
  return socket
}

/** The transport a Phoenix socket uses now. */
export function transportOf(socket) {
  return socket.conn ?? socket.connection?.transport
}

/** `{status, response}`, whatever the status; fails when there is no answer. */
export function answered(push, what = 'a reply') {
  return within(
    new Promise((resolve, reject) => {
      push
        .receive('ok', (response) => resolve({ status: 'ok', response }))
        .receive('error', (response) => resolve({ status: 'error', response }))
        .receive('timeout', () => reject(new Error(`the client gave up on ${what}`)))
    }),
    what,
  )
}

/** A topic of an agent of its own, joined. */
export async function joined(socket, { agent = unique('agent'), ...params } = {}) {
  const channel = socket.channel(`cortex:${agent}`, { api_key: KEY, ...params })
  const { status, response } = await answered(channel.join(), 'the join')
  if (status !== 'ok') {
    throw new Error(`join refused: ${JSON.stringify(response)}`)
  }
  return channel
}

/** Everything that is pushed about one query on a channel, in the order it comes. */
export class Asked {
  inbox = new Inbox()

  constructor(channel, body) {
    this.channel = channel
    this.body = { ref: unique('q'), ...body }
    for (const event of ['thought', 'interrupted', 'result', 'error']) {
      channel.on(event, (payload) => {
        if (payload.ref === this.body.ref) {
          this.inbox.add({ event, payload })
        }
      })
    }
  }

  get ref() {
    return this.body.ref
  }

  /** Asks; the reply takes its place in the order too. */
  ask(extra = {}) {
    return this.#inOrder('reply', this.channel.push('query', { ...this.body, ...extra }))
  }

  resume(afterSeq) {
    return answered(this.channel.push('resume', { ref: this.ref, after_seq: afterSeq }), 'the reply to a resume')
  }

  interrupt(reason) {
    const push = this.channel.push('interrupt', { ref: this.ref, ...(reason === undefined ? {} : { reason }) })
    return this.#inOrder('stopped', push)
  }

  // Noted as it comes: several frames can come at once, and a promise would tell of them later.
  #inOrder(event, push) {
    for (const status of ['ok', 'error']) {
      push.receive(status, (response) => this.inbox.add({ event, payload: { status, response } }))
    }
    return answered(push, event)
  }

  events() {
    return this.inbox.items.map(({ event }) => event)
  }

  all(event) {
    return this.inbox.items.filter((item) => item.event === event).map(({ payload }) => payload)
  }

  thoughts() {
    return this.all('thought')
  }

  text() {
    return this.thoughts()
      .filter(({ type }) => type === 'text')
      .map(({ content }) => content)
      .join('')
  }

  thought(seq) {
    return this.inbox.next(({ event, payload }) => event === 'thought' && payload.seq >= seq, `thought ${seq}`)
  }

  async result(ms) {
    return (await this.inbox.next(({ event }) => event === 'result', `the result of ${this.ref}`, { ms })).payload
  }
}

export async function ask(channel, body) {
  const asked = new Asked(channel, body)
  const reply = await asked.ask()
  if (reply.status !== 'ok') {
    throw new Error(`query refused: ${JSON.stringify(reply.response)}`)
  }
  return asked
}

/** Why a Phoenix socket was not let in: the HTTP status of its handshake. */
export async function refusal(socket) {
  const failed = new Promise((resolve) => socket.onError((event) => resolve(event?.error?.message ?? event?.message)))
  const message = await within(failed, 'a refused handshake')
  return Number(/Unexpected server response: (\d+)/.exec(message)?.[1] ?? Number.NaN)
}

/** What the server says to a handshake: `{status, protocol}`, and the socket if it was let in. */
export async function handshake(path, { protocols = [], headers = {} } = {}) {
  const socket = new WebSocket(ws(path), protocols, { headers })
  const outcome = new Promise((resolve) => {
    socket.once('open', () => resolve({ status: 101, protocol: socket.protocol }))
    socket.once('unexpected-response', async (_, response) => {
      let body = ''
      for await (const part of response) {
        body += part
      }
      resolve({ status: response.statusCode, body })
    })
    socket.on('error', (error) => resolve({ status: Number.NaN, error }))
  })
  const { status, ...rest } = await within(outcome, `the answer to ${path}`)
  if (status === 101) {
    closing({ close: () => socket.terminate() })
  }
  return { status, ...rest }
}

/** A client without any library: frames as they are. */
export class Bare {
  frames = new Inbox()
  closed

  static async open(path = 'cortex/websocket?vsn=2.0.0', { port, protocols = [] } = {}) {
    const bare = new Bare(new WebSocket(ws(path, port), protocols))
    await within(once(bare.socket, 'open'), 'an open connection')
    return bare
  }

  constructor(socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)))
    socket.on('error', () => {})
    socket.on('message', (data, isBinary) => this.frames.add(isBinary ? data : JSON.parse(data.toString())))
    closing({ close: () => socket.terminate() })
  }

  /** Sends a frame: text and bytes as they are, anything else as JSON. */
  send(frame) {
    this.socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame))
  }

  next(accepts, what, options) {
    return this.frames.next(accepts, what, options)
  }

  /** The reply in V2 to a ref. */
  reply(ref, options) {
    return this.next((frame) => frame[3] === 'phx_reply' && frame[1] === ref, `reply to ${ref}`, options)
  }

  /** Joins in V2 with the ref as its join; without presence, so that only what is asked for is told. */
  async join(topic, ref, params = { api_key: KEY, presence: false }) {
    const from = this.frames.items.length
    this.send([ref, ref, topic, 'phx_join', params])
    return this.reply(ref, { from })
  }

  /** A round trip: whatever the server had to say before has come when it is over. */
  async settled() {
    const ref = unique('settled')
    this.send([null, ref, 'phoenix', 'heartbeat', {}])
    await this.reply(ref)
  }
}

/** A wire between client and server that can be cut, as a lost network cuts it: no close frame, no goodbye. */
export class Wire {
  #server
  #links = new Set()

  static async open() {
    const wire = new Wire()
    wire.#server = net.createServer((near) => wire.#link(near))
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return closing(wire)
  }

  get port() {
    return this.#server.address().port
  }

  #link(near) {
    const far = net.connect(Number(base.port), base.hostname)
    const link = { near, far }
    this.#links.add(link)
    near.pipe(far)
    far.pipe(near)
    for (const end of [near, far]) {
      end.on('error', () => {})
      end.on('close', () => {
        near.destroy()
        far.destroy()
        this.#links.delete(link)
      })
    }
  }

  cut() {
    for (const { near, far } of this.#links) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
    this.#links.clear()
  }

  close() {
    this.cut()
    return new Promise((resolve) => this.#server.close(resolve))
  }
}

/** One figure of the server. */
export async function metric(name) {
  const response = await fetch(http('api/metrics'), { headers: { authorization: `Bearer ${KEY}` } })
  const line = (await response.text()).split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return Number(line?.split(' ')[1])
}

/** Waits until something that can only be asked for is so. */
export async function eventually(what, ask, ms = DEADLINE_MS) {
  const end = Date.now() + ms
  while (!(await ask())) {
    if (Date.now() > end) {
      throw new Error(`not within ${ms} ms: ${what}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Random numbers from 0 to 1, the same in each run. */
export function randomNumbers(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Lets time pass, for the pace of what a test does; never to wait for something. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
