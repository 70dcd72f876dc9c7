import { Cortex } from './cortex.js'
import { Frames } from './frames.js'
import { Trace } from './trace.js'

const element = (id) => document.getElementById(id)

/** What the refusals mean to a person; any other reason is shown as it is. */
const REASONS = {
  unauthorized: 'The API key is not accepted',
  forbidden: 'The API key is not for this agent',
  'unmatched topic': 'There is no such agent',
  overloaded: 'The server has no place for another query now',
  stopping: 'The server is stopping',
  not_found: 'The server no longer knows this query',
}

/** The playground of the start page: asks one question at a time and shows everything that comes back. */
export function playground(url) {
  const form = element('ask')
  const question = element('question')
  const run = element('run')
  const answer = element('answer')
  const trace = new Trace(element('trace'))
  const frames = new Frames(element('frames'), element('frame-list'), element('frame-count'))

  let cortex = null
  let identity = null
  let query = null
  let askedAt = 0
  let stop = null

  function show(state, text) {
    run.dataset.state = state
    element('status').textContent = text
  }

  function busy(isBusy) {
    element('submit').disabled = isBusy
    element('interrupt').disabled = !isBusy
    answer.setAttribute('aria-busy', String(isBusy))
  }

  // Another agent or another key is another connection.
  function connection() {
    const agent = element('agent').value.trim()
    const key = element('key').value
    if (!cortex || identity.agent !== agent || identity.key !== key) {
      cortex?.close()
      identity = { agent, key }
      cortex = new Cortex({
        url,
        agent,
        key,
        onState: connectionState,
        onFrame: (direction, frame) => frames.add(direction, frame),
      })
    }
    return cortex
  }

  function connectionState(state, { retryMs }) {
    if (!query) {
      return
    }
    if (state === 'connecting') {
      show('connecting', query.lastSeq > 0 ? 'Reconnecting' : 'Connecting')
    } else if (state === 'waiting') {
      trace.lose()
      const seconds = (retryMs / 1000).toFixed(1)
      show('waiting', `No connection, trying again in ${seconds} s${query.lastSeq > 0 ? `; resumes after seq ${query.lastSeq}` : ''}`)
    } else if (state === 'joined') {
      trace.restore()
      show('joined', 'Joined')
    }
  }

  function ask() {
    if (query || !form.reportValidity()) {
      return
    }
    clear()
    const body = { q: question.value }
    for (const name of ['priority', 'pace']) {
      if (element(name).value !== '') {
        body[name] = element(name).valueAsNumber
      }
    }
    const client = connection()
    busy(true)
    element('status').scrollIntoView({ block: 'nearest' })
    trace.start()
    askedAt = performance.now()
    show('connecting', 'Connecting')
    query = client.ask(body, { onAccepted, onThought, onInterrupted, onResult, onFailed })
    if (client.state === 'joined') {
      show('joined', 'Joined')
    }
  }

  async function interrupt() {
    if (!query) {
      return
    }
    element('interrupt').disabled = true
    const asked = query
    const acknowledged = await cortex.interrupt(asked)
    if (acknowledged && (query === asked || query === null)) {
      stop = acknowledged
      if (run.dataset.state === 'interrupted') {
        show('interrupted', interruptedText())
      }
    }
  }

  function onAccepted() {
    show('thinking', 'Thinking')
  }

  function onThought({ seq, type, content, confidence }) {
    if (element('first').textContent === '–') {
      element('first').textContent = `${Math.round(performance.now() - askedAt)} ms`
    }
    element('seq').textContent = seq
    trace.mark(type)
    if (type === 'text') {
      show('thinking', 'Answering')
      const piece = document.createElement('span')
      piece.textContent = content
      answer.append(piece)
    } else {
      show('thinking', 'Thinking')
      element('steps').append(step(seq, type, content, confidence))
    }
  }

  function onInterrupted() {
    show('thinking', 'Stopping')
  }

  function onResult({ status, data, latency_ms: latency, last_seq: lastSeq }) {
    element('latency').textContent = `${latency} ms`
    element('seq').textContent = lastSeq
    const texts = {
      success: ['done', 'Done'],
      interrupted: ['interrupted', interruptedText(lastSeq)],
      timeout: ['error', 'The query ran out of time'],
    }
    const [state, text] = texts[status] ?? ['error', data?.message || data?.reason || status]
    end(state, text)
    showData(data)
  }

  function onFailed(reason) {
    end('error', REASONS[reason] ?? reason)
  }

  function interruptedText(lastSeq = stop?.last_seq) {
    const after = stop ? ` in ${stop.stopped_after_ms} ms` : ''
    return `Interrupted${after}; nothing came after seq ${lastSeq}`
  }

  function end(state, text) {
    query = null
    trace.stop(state)
    busy(false)
    show(state, text)
    answer.replaceChildren(answer.textContent)
  }

  function showData(data) {
    if (answer.textContent === '' && typeof data?.answer === 'string') {
      answer.textContent = data.answer
    }
    for (const source of Array.isArray(data?.sources) ? data.sources : []) {
      const item = document.createElement('li')
      item.append(
        labelled('span', 'place', [source.source, source.heading].filter(Boolean).join(' › ')),
        labelled('span', 'score', typeof source.score === 'number' ? source.score.toFixed(3) : ''),
      )
      element('source-list').append(item)
      element('sources').hidden = false
    }
  }

  function clear() {
    stop = null
    answer.replaceChildren()
    element('steps').replaceChildren()
    element('source-list').replaceChildren()
    element('sources').hidden = true
    for (const id of ['first', 'latency', 'seq']) {
      element(id).textContent = '–'
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    ask()
  })
  question.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      ask()
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && query) {
      event.preventDefault()
      interrupt()
    }
  })
  element('interrupt').addEventListener('click', interrupt)
  element('examples').addEventListener('click', ({ target }) => {
    if (target.matches('button') && !query) {
      question.value = target.textContent
      question.focus()
      ask()
    }
  })
  addEventListener('pagehide', () => cortex?.close())
  addEventListener('pageshow', () => query && cortex.connect())
}

function step(seq, type, content, confidence) {
  const item = document.createElement('li')
  item.append(labelled('span', 'seq', seq), labelled('span', 'type', type), labelled('span', 'content', content))
  if (typeof confidence === 'number') {
    item.append(labelled('span', 'confidence', `${Math.round(confidence * 100)}%`))
  }
  return item
}

function labelled(name, kind, text) {
  const part = document.createElement(name)
  part.className = kind
  part.textContent = text
  return part
}
