/** The start page and its playground, in Chromium. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import WebSocket from 'ws'
import { launch } from './browser.js'
import { base, closing, http, KEY, LONG, Wire } from './helpers.js'

const SETTLED = ['done', 'interrupted', 'error']

let browser

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

/** A page that fails the test for anything Chromium complains about. */
async function open({ port, path = '/', ...options } = {}) {
  const context = closing(await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options }))
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      page.complaints.push(message.text())
    }
  })
  page.on('pageerror', (error) => page.complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    page.complaints.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  await page.goto(http(path, port))
  await page.waitForFunction(() => document.getElementById('engine').textContent !== '–')
  return page
}

const state = (page) => page.locator('#run').getAttribute('data-state')
const answer = (page) => page.locator('#answer').textContent()
const status = (page) => page.locator('#status').textContent()

async function ask(page, question, { pace } = {}) {
  if (pace !== undefined) {
    await page.locator('.more').evaluate((details) => {
      details.open = true
    })
    await page.fill('#pace', String(pace))
  }
  await page.fill('#question', question)
  await page.click('#submit')
}

async function ended(page, expected) {
  await page.waitForFunction((settled) => settled.includes(document.getElementById('run').dataset.state), SETTLED)
  assert.equal(await state(page), expected, await status(page))
}

async function words(page, count) {
  await page.waitForFunction(
    (least) => document.getElementById('answer').textContent.split(/\s+/).length > least,
    count,
  )
}

describe('the start page', { timeout: 60_000 }, () => {
  test('loads without a complaint and says what runs here', async () => {
    const page = await open()
    const info = await (await fetch(http('api/info'))).json()
    assert.equal(await page.textContent('#mode'), info.mode)
    assert.equal(await page.textContent('#engine'), info.engine)
    assert.equal(await page.textContent('#version'), info.version)
    assert.equal(await page.isVisible('#development'), info.mode === 'development')
    assert.equal(await page.getAttribute('#key', 'type'), 'password')
    assert.match(await page.textContent('#example'), new RegExp(`ws://${base.host}/cortex/websocket`))
    assert.deepEqual(page.complaints, [])
  })

  test('links to health where this server has it (G13)', async () => {
    const page = await open()
    assert.ok(await page.isVisible('#health'))
    const ready = await fetch(await page.locator('#health').evaluate((link) => link.href))
    assert.equal(ready.status, 200)
    assert.match(await ready.text(), /synapse-ready/)
  })

  test('is kept to itself by a policy that allows nothing inline and nobody else', async () => {
    const response = await fetch(http('/'))
    assert.match(response.headers.get('content-security-policy'), /default-src 'self'/)
    const page = await open()
    const requested = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    assert.ok(requested.length > 3 && requested.every((name) => name.startsWith(base.origin)), requested.join('\n'))
    assert.equal(await page.locator('[style], style, script:not([src])').count(), 0)
  })

  test('shows an example that works as it stands', async () => {
    const page = await open()
    const code = await page.textContent('#example')
    // run here and not on the page, whose policy forbids code from text
    const lines = await new Promise((resolve) => {
      const seen = []
      const console = {
        log: (...line) => {
          seen.push(line)
          if (line[0] === 'success') {
            resolve(seen)
          }
        },
      }
      const Tracked = class extends WebSocket {
        constructor(url) {
          super(url)
          closing(this)
        }
      }
      new Function('WebSocket', 'console', code.replace('YOUR_KEY', KEY))(Tracked, console)
    })
    assert.deepEqual(lines.at(-1)[1].answer, '4')
    assert.deepEqual(
      lines.slice(0, -1).map(([seq]) => seq),
      lines.slice(0, -1).map((_, index) => index + 1),
    )
  })

  for (const colorScheme of ['light', 'dark']) {
    test(`fits 360 pixels and reads well in ${colorScheme}`, async () => {
      const page = await open({ viewport: { width: 360, height: 740 }, colorScheme })
      const [width, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
      assert.equal(width, shown, 'nothing sticks out')
      assert.deepEqual(await page.evaluate(lowContrast), [])
    })
  }
})

describe('the playground', { timeout: 60_000 }, () => {
  test('What is 2+2? is answered with 4 (M4)', async () => {
    const page = await open()
    await ask(page, 'What is 2+2?')
    await ended(page, 'done')
    assert.equal(await answer(page), '4')
    assert.ok((await page.locator('#steps li').count()) >= 1, 'the steps are listed')
    assert.match(await page.textContent('#latency'), /^\d+ ms$/)
    assert.match(await page.textContent('#seq'), /^\d+$/)
    assert.ok(!(await page.textContent('#frame-list')).includes(KEY), 'the key is not among the frames')
    assert.deepEqual(page.complaints, [])
  })

  test('thoughts appear while the answer streams (M4)', async () => {
    const page = await open()
    await ask(page, LONG, { pace: 60 })
    await words(page, 3)
    const early = await answer(page)
    assert.equal(await state(page), 'thinking')
    await words(page, 12)
    assert.ok((await answer(page)).startsWith(early))
    await ended(page, 'done')
    const whole = await answer(page)
    assert.ok(whole.length > early.length && whole.startsWith(early))
    assert.equal(await page.isEnabled('#interrupt'), false)
    assert.deepEqual(page.complaints, [])
  })

  test('an interrupt stops the answer, and the status says so (M6)', async () => {
    const page = await open()
    await ask(page, LONG, { pace: 20 })
    await words(page, 4)
    await page.click('#interrupt')
    await ended(page, 'interrupted')
    await page.waitForFunction(() => /^Interrupted in \d+ ms/.test(document.getElementById('status').textContent))
    const text = await answer(page)
    await ask(page, 'What is 2+2?')
    await ended(page, 'done')
    assert.equal(await answer(page), '4')
    assert.ok(text.length > 0)
    assert.deepEqual(page.complaints, [])
  })

  test('keys are enough: Enter asks, Escape interrupts, Shift and Enter breaks the line', async () => {
    const page = await open()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.focus('#question')
    await page.keyboard.type('Tell me about')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('Synapse, slowly')
    assert.equal(await page.inputValue('#question'), 'Tell me about\nSynapse, slowly')
    await page.keyboard.press('Enter')
    await words(page, 2)
    await page.keyboard.press('Escape')
    await ended(page, 'interrupted')
    for (const id of ['agent', 'key', 'submit']) {
      await page.keyboard.press('Tab')
      while ((await page.evaluate(() => document.activeElement.id)) !== id) {
        const before = await page.evaluate(() => document.activeElement.outerHTML)
        await page.keyboard.press('Tab')
        assert.notEqual(await page.evaluate(() => document.activeElement.outerHTML), before, `${id} can be reached`)
      }
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
      assert.equal(outline, 'solid', `the focus on ${id} is seen`)
    }
  })

  test('a wrong key is said, and the right one works after it (M2)', async () => {
    const page = await open()
    await page.fill('#key', 'wrong')
    await ask(page, 'What is 2+2?')
    await ended(page, 'error')
    assert.match(await status(page), /API key/)
    await page.fill('#key', KEY)
    await ask(page, 'What is 2+2?')
    await ended(page, 'done')
    assert.equal(await answer(page), '4')
  })

  for (const hostile of [
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    '<svg/onload=alert(1)> javascript:alert(1)',
  ]) {
    test(`${hostile} stays text (M18)`, async () => {
      const page = await open()
      const elements = await page.locator('body *').count()
      await page.locator('#frames summary').click()
      await page.fill('#agent', hostile)
      await ask(page, `${hostile} What is it?`, { pace: 0 })
      await ended(page, 'done')
      assert.equal(await page.locator('#run img, #run script, #run svg:not(#trace)').count(), 0)
      assert.ok((await page.locator('body *').count()) > elements, 'something was drawn')
      assert.ok((await page.textContent('#frame-list')).includes(JSON.stringify(hostile).slice(1, -1)))
      assert.deepEqual(page.complaints, [])
    })
  }

  test('a lost connection continues with the identical text, and nothing twice (B1)', async () => {
    const calm = await open()
    await ask(calm, LONG, { pace: 0 })
    await ended(calm, 'done')
    const expected = await answer(calm)
    const steps = await calm.locator('#steps').textContent()

    const wire = await Wire.open()
    const page = await open({ port: wire.port })
    // How long the answer is depends on the documentation: even 500 words are there in time at this pace.
    await ask(page, LONG, { pace: 60 })
    for (let cut = 0; cut < 3; cut++) {
      // more than before the last cut, or this one would find no connection
      await words(page, (await answer(page)).split(/\s+/).length + 3)
      wire.cut()
      await page.waitForFunction(() => ['waiting', 'connecting'].includes(document.getElementById('run').dataset.state))
    }
    await ended(page, 'done')
    assert.equal(await answer(page), expected)
    assert.equal(await page.locator('#steps').textContent(), steps)
    assert.equal(await page.locator('#trace .gap').count(), 3)
  })

  test('an interrupt while there is no connection is carried out when there is (M6, B1)', async () => {
    const wire = await Wire.open()
    const page = await open({ port: wire.port })
    await ask(page, LONG, { pace: 5 })
    await words(page, 2)
    wire.cut()
    await page.waitForFunction(() => document.getElementById('run').dataset.state === 'waiting')
    await page.keyboard.press('Escape')
    await ended(page, 'interrupted')
  })
})

test('a picture of the playground', { timeout: 60_000, skip: !process.env.SYNAPSE_SCREENSHOT }, async () => {
  const page = await open({ viewport: { width: 1280, height: 900 } })
  await ask(page, process.env.SYNAPSE_QUESTION ?? 'How does a query resume after a lost connection?')
  await words(page, 60)
  await page.screenshot({ path: process.env.SYNAPSE_SCREENSHOT })
  await page.keyboard.press('Escape')
  await ended(page, 'interrupted')
})

/** Texts whose colour is too close to what is behind them: below 4.5 to 1, WCAG AA. Runs on the page. */
function lowContrast() {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color) => {
    const [r, g, b] = channels(color)
      .slice(0, 3)
      .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if ((channels(color)[3] ?? 1) > 0) {
        return color
      }
    }
    return 'rgb(255, 255, 255)'
  }
  const low = []
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    if (hasText && element.checkVisibility() && !element.disabled) {
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (ratio < 4.5) {
        low.push(`${element.tagName} ${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`)
      }
    }
  }
  return low
}
