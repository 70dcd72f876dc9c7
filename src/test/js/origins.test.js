/** Cross-site WebSocket hijacking, tried by pages of other origins in Chromium. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.js'
import { base, closing, http } from './helpers.js'

let browser
let foreign

before(async () => {
  browser = await launch()
  foreign = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>elsewhere</title>')
  })
  await new Promise((resolve) => foreign.listen(0, '127.0.0.1', resolve))
})

after(async () => {
  await browser?.close()
  foreign?.closeAllConnections()
  foreign?.close()
})

/** A page at an address, in a browser whose cookies are those of somebody who uses Synapse. */
async function at(address) {
  const context = closing(await browser.newContext())
  await context.addCookies([{ name: 'synapse_session', value: 'whatever-it-is', url: base.href, sameSite: 'Lax' }])
  return visit(context, address)
}

async function visit(context, address) {
  const page = await context.newPage()
  await page.goto(address)
  return page
}

const sockets = () => ['/ws', '/cortex/websocket?vsn=2.0.0'].map((path) => `ws://${base.host}${path}`)

/** What comes of it if the page, or a frame of it, opens a socket. */
const open = (frame, url) =>
  frame.evaluate(
    (address) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address)
        socket.onopen = () => resolve('open')
        socket.onclose = (event) => resolve(event.code)
      }),
    url,
  )

describe('pages of other origins (M18 M19)', { timeout: 60_000 }, () => {
  test('open no socket, from another port or another name of this machine', async () => {
    const { port } = foreign.address()
    for (const host of ['127.0.0.1', 'localhost']) {
      const page = await at(`http://${host}:${port}/`)
      for (const url of sockets()) {
        assert.equal(await open(page, url), 1006, `${host} ${url}`)
      }
    }
  })

  test('open no socket from a sandbox, which has no origin at all', async () => {
    const page = await at(`http://127.0.0.1:${foreign.address().port}/`)
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      frame.srcdoc = '<!doctype html><title>sandbox</title>'
      document.body.append(frame)
      return new Promise((resolve) => {
        frame.onload = resolve
      })
    })
    const sandbox = page.frames().find((frame) => frame !== page.mainFrame())
    for (const url of sockets()) {
      assert.equal(await open(sandbox, url), 1006, url)
    }
  })

  test('read nothing of the REST side, and cannot put its page into a frame', async () => {
    const page = await at(`http://127.0.0.1:${foreign.address().port}/`)
    for (const path of ['api/info', 'api/metrics', 'api/queues']) {
      const read = await page.evaluate(
        (url) => fetch(url, { credentials: 'include' }).then((answer) => answer.text(), () => 'refused'),
        http(path),
      )
      assert.equal(read, 'refused', path)
    }
    await page.evaluate((url) => {
      const frame = document.createElement('iframe')
      frame.src = url
      document.body.append(frame)
      return new Promise((resolve) => {
        frame.onload = resolve
      })
    }, http(''))
    const framed = page.frames().find((frame) => frame !== page.mainFrame())
    assert.equal(await framed.locator('#question').count(), 0)
  })

  test('while its own page opens both', async () => {
    // Without the cookie: of a login that is over, the node lets nobody in until the page has had it removed.
    const page = await visit(closing(await browser.newContext()), http(''))
    for (const url of sockets()) {
      assert.equal(await open(page, url), 'open', url)
    }
  })
})
