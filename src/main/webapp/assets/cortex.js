/**
 * The cortex socket of Synapse, as much of it as a page needs: Phoenix Channels frames (arrays, vsn 2.0.0) on one
 * WebSocket, one agent, and queries that outlive the connection they were asked on. No dependencies.
 *
 * A query is known to the server by agent and ref, not by connection. So after a lost connection this module joins
 * again and asks for whatever comes after the last thought it has: nothing is missing, and nothing is told twice.
 */

const HEARTBEAT_MS = 30_000
const REPLY_MS = 10_000
const DIAL_MS = 10_000
const REJOIN_MS = 1_000
const FIRST_RETRY_MS = 200
const LAST_RETRY_MS = 5_000

/** From here on a close code means: do not come back as you are. */
const FINAL_CLOSE = 4500

/** The server answered, and the answer was no. */
export class Refusal extends Error {
  constructor(response) {
    super(response?.reason ?? 'refused')
    this.name = 'Refusal'
    this.reason = this.message
    this.response = response
  }
}

/** The connection ended before the server answered. */
class Lost extends Error {}

/** Whoever follows a query may leave out what it does not care about. */
const NOBODY = {
  onAccepted() {},
  onThought() {},
  onInterrupted() {},
  onResult() {},
  onFailed() {},
}

/** One query: what was asked, and how far its answer has come. */
class Query {
  accepted = false
  ended = false
  lastSeq = 0
  interruptReason = null
  /** Whether the server was asked to go back because something was missing, and has not answered yet. */
  repairing = false
  /** From which position that was asked last; the same is not asked twice. */
  repairedAt = -1

  constructor(ref, body, follower) {
    this.ref = ref
    this.body = body
    this.follower = { ...NOBODY, ...follower }
  }
}

/**
 * One agent on one server.
 *
 * `onState(state, detail)` is called with `connecting`, `joined`, `waiting` (detail: `{retryMs}`), `refused` (detail:
 * `{reason}`) or `closed`; `onFrame(direction, frame)` with each frame, `sent` or `received`.
 */
export class Cortex {
  #url
  #topic
  #joinParams
  #onState
  #onFrame
  #WebSocket
  #socket = null
  #state = 'closed'
  #lastRef = 0
  #joinRef = null
  #attempts = 0
  #replies = new Map()
  #queries = new Map()
  #dialTimer = 0
  #heartbeatTimer = 0
  #retryTimer = 0
  #online = () => this.#networkIsBack()

  constructor({ url, agent, key, onState = () => {}, onFrame = () => {}, WebSocket = globalThis.WebSocket }) {
    this.#url = url
    this.#topic = `cortex:${agent}`
    // without a key, whoever the handshake was for
    this.#joinParams = key ? { api_key: key } : {}
    this.#onState = onState
    this.#onFrame = onFrame
    this.#WebSocket = WebSocket
  }

  get state() {
    return this.#state
  }

  /** Connects and joins, and keeps doing so until `close` or until the server says no. */
  connect() {
    if (this.#state === 'closed' || this.#state === 'refused') {
      globalThis.addEventListener?.('online', this.#online)
      this.#dial()
    }
  }

  /**
   * Asks. `body` is `{q, priority?, timeout?, pace?}`; the follower hears `onThought(thought)` once for each seq, in
   * order, and then either `onResult(result)` or `onFailed(reason)`, once.
   */
  ask(body, follower) {
    const query = new Query(newRef(), body, follower)
    this.#queries.set(query.ref, query)
    if (this.#state === 'joined') {
      this.#carry(query)
    } else {
      this.connect()
    }
    return query
  }

  /** Stops a query; resolves to `{stopped, stopped_after_ms, last_seq}`, or to null if it had no chance to. */
  async interrupt(query, reason = 'user requested') {
    if (query.ended) {
      return null
    }
    if (this.#state !== 'joined') {
      query.interruptReason = reason
      if (!query.accepted) {
        this.#end(query, () => query.follower.onFailed('interrupted before it was asked'))
      }
      return null
    }
    try {
      return await this.#push(this.#topic, 'interrupt', { ref: query.ref, reason })
    } catch (failure) {
      if (failure instanceof Lost) {
        query.interruptReason = reason
      }
      return null
    }
  }

  /** Ends the connection for good. */
  close() {
    globalThis.removeEventListener?.('online', this.#online)
    this.#hangUp()
    this.#enter('closed')
  }

  #dial() {
    clearTimeout(this.#retryTimer)
    this.#enter('connecting')
    const socket = new this.#WebSocket(`${this.#url}?vsn=2.0.0`)
    this.#socket = socket
    this.#dialTimer = setTimeout(() => this.#lost(socket), DIAL_MS)
    socket.onopen = () => {
      if (socket === this.#socket) {
        clearTimeout(this.#dialTimer)
        this.#beat()
        this.#join()
      }
    }
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket && typeof data === 'string') {
        this.#receive(data)
      }
    }
    socket.onclose = ({ code }) => this.#lost(socket, code)
    socket.onerror = () => {}
  }

  async #join() {
    this.#joinRef = this.#nextRef()
    try {
      await this.#push(this.#topic, 'phx_join', this.#joinParams, this.#joinRef)
    } catch (failure) {
      if (failure instanceof Refusal && failure.reason === 'join crashed') {
        this.#joinLater()
      } else if (failure instanceof Refusal) {
        this.#giveUp(failure.reason)
      }
      return
    }
    this.#attempts = 0
    this.#enter('joined')
    for (const query of this.#queries.values()) {
      this.#carry(query)
    }
  }

  #joinLater() {
    const socket = this.#socket
    this.#enter('connecting')
    this.#retryTimer = setTimeout(() => socket === this.#socket && this.#join(), REJOIN_MS)
  }

  // What the server has accepted goes on there, whether anybody listens or not, and is resumed. What it may never have
  // seen is asked again: with the same ref it runs once, however often it is asked.
  async #carry(query) {
    try {
      if (query.accepted) {
        await this.#push(this.#topic, 'resume', { ref: query.ref, after_seq: query.lastSeq })
      } else {
        await this.#push(this.#topic, 'query', { ...query.body, ref: query.ref, after_seq: query.lastSeq })
        if (!query.accepted && !query.ended) {
          query.accepted = true
          query.follower.onAccepted()
        }
      }
    } catch (failure) {
      if (failure instanceof Refusal) {
        this.#end(query, () => query.follower.onFailed(failure.reason))
      }
      return
    }
    if (query.interruptReason !== null && !query.ended) {
      this.interrupt(query, query.interruptReason)
    }
  }

  #receive(text) {
    let frame
    try {
      frame = JSON.parse(text)
    } catch {
      return
    }
    this.#onFrame('received', frame)
    const [joinRef, ref, topic, event, payload] = frame
    if (event === 'phx_reply') {
      this.#answered(ref, payload)
    } else if (topic !== this.#topic || (joinRef !== null && joinRef !== this.#joinRef)) {
      return
    } else if (event === 'phx_close') {
      this.#giveUp('closed by the server')
    } else if (event === 'phx_error') {
      this.#joinLater()
    } else {
      this.#told(event, payload)
    }
  }

  #answered(ref, { status, response }) {
    const waiting = this.#replies.get(ref)
    if (waiting) {
      this.#replies.delete(ref)
      clearTimeout(waiting.timer)
      if (status === 'ok') {
        waiting.resolve(response)
      } else {
        waiting.reject(new Refusal(response))
      }
    }
  }

  #told(event, payload) {
    const query = this.#queries.get(payload.ref)
    if (!query) {
      return
    }
    if (event === 'thought') {
      if (payload.seq > query.lastSeq && !this.#repair(query, payload.seq - 1)) {
        query.lastSeq = payload.seq
        query.follower.onThought(payload)
      }
    } else if (event === 'interrupted') {
      query.follower.onInterrupted(payload)
    } else if (event === 'result' && !this.#repair(query, payload.last_seq ?? 0)) {
      this.#end(query, () => query.follower.onResult(payload))
    }
  }

  // Whether something before is missing, so that the server is asked to go back. If it has nothing more to give from
  // there, the answer goes on with the gap.
  #repair(query, before) {
    if (before <= query.lastSeq) {
      return false
    }
    if (!query.repairing) {
      if (query.repairedAt === query.lastSeq) {
        return false
      }
      query.repairedAt = query.lastSeq
      query.repairing = true
      this.#carry(query).finally(() => {
        query.repairing = false
      })
    }
    return true
  }

  #end(query, tell) {
    if (!query.ended) {
      query.ended = true
      this.#queries.delete(query.ref)
      tell()
    }
  }

  #push(topic, event, payload, ref = this.#nextRef()) {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      if (socket?.readyState !== 1) {
        reject(new Lost())
        return
      }
      const timer = setTimeout(() => this.#lost(socket), REPLY_MS)
      this.#replies.set(ref, { resolve, reject, timer })
      const frame = [topic === this.#topic ? this.#joinRef : null, ref, topic, event, payload]
      this.#onFrame('sent', frame)
      socket.send(JSON.stringify(frame))
    })
  }

  // A server that does not answer in time is taken for gone; #push sees to that.
  #beat() {
    clearTimeout(this.#heartbeatTimer)
    this.#heartbeatTimer = setTimeout(() => {
      this.#push('phoenix', 'heartbeat', {}).then(
        () => this.#beat(),
        () => {},
      )
    }, HEARTBEAT_MS)
  }

  #networkIsBack() {
    if (this.#state === 'waiting') {
      this.#dial()
    } else if (this.#socket?.readyState === 1) {
      this.#push('phoenix', 'heartbeat', {}).catch(() => {})
    }
  }

  #lost(socket, code = 1006) {
    if (socket !== this.#socket) {
      return
    }
    this.#hangUp()
    if (code >= FINAL_CLOSE) {
      this.#giveUp(`closed with ${code}`)
      return
    }
    const step = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts++)
    const retryMs = Math.round(step * (0.5 + Math.random() / 2))
    this.#enter('waiting', { retryMs })
    this.#retryTimer = setTimeout(() => this.#dial(), retryMs)
  }

  #giveUp(reason) {
    this.#hangUp()
    this.#enter('refused', { reason })
    for (const query of [...this.#queries.values()]) {
      this.#end(query, () => query.follower.onFailed(reason))
    }
  }

  #hangUp() {
    const socket = this.#socket
    this.#socket = null
    clearTimeout(this.#dialTimer)
    clearTimeout(this.#heartbeatTimer)
    clearTimeout(this.#retryTimer)
    for (const { reject, timer } of this.#replies.values()) {
      clearTimeout(timer)
      reject(new Lost())
    }
    this.#replies.clear()
    socket?.close()
  }

  #enter(state, detail = {}) {
    this.#state = state
    this.#onState(state, detail)
  }

  #nextRef() {
    return String(++this.#lastRef)
  }
}

/** Unguessable, so that two pages of one agent never mean the same query. */
function newRef() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
