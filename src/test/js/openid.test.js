/** Login on the start page through OpenID Connect, in Chromium, at the real provider that SYNAPSE_ISSUER names. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.js'
import { closing, http } from './helpers.js'

const issuer = process.env.SYNAPSE_ISSUER
const SESSION = 'synapse_session'
const ATTEMPT = 'synapse_attempt'

let browser

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

async function visit() {
  const context = closing(await browser.newContext())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && page.url().startsWith(http(''))) {
      page.complaints.push(message.text())
    }
  })
  await page.goto(http(''))
  return { context, page }
}

const cookie = async (context, name) => (await context.cookies()).find((one) => one.name === name)

async function logIn(page, user, password = `${user}-password`) {
  await page.click('#login a')
  await page.click('#openid')
  await page.waitForURL((url) => url.href.startsWith(issuer))
  await page.fill('#username', user)
  await page.fill('#password', password)
  await page.click('#kc-login')
}

describe('login through OpenID Connect', { timeout: 90_000 }, () => {
  test('ends on the page, which then asks without a key, and can log out (D7)', async () => {
    const { context, page } = await visit()
    assert.equal(await cookie(context, SESSION), undefined)
    await logIn(page, 'ann')
    await page.waitForURL(http(''))
    await page.waitForFunction(() => document.getElementById('subject').textContent !== '')
    assert.equal(await page.textContent('#subject'), 'jwt:ann')
    const session = await cookie(context, SESSION)
    assert.equal(session.httpOnly, true)
    assert.equal(session.sameSite, 'Strict')
    assert.equal(await page.evaluate(() => document.cookie), '')
    assert.equal(await cookie(context, ATTEMPT), undefined)

    await page.fill('#question', 'What is 2+2?')
    await page.click('#submit')
    await page.waitForFunction(() => document.getElementById('run').dataset.state === 'done')
    assert.match(await page.textContent('#answer'), /4/)

    await page.click('#logout')
    await page.waitForFunction(() => !document.getElementById('login').hidden)
    assert.equal(await cookie(context, SESSION), undefined)
    assert.deepEqual(page.complaints, [])
  })

  test('of who has no role of Synapse lets nothing be asked', async () => {
    const { page } = await visit()
    await logIn(page, 'eve')
    await page.waitForURL(http(''))
    await page.waitForFunction(() => document.getElementById('subject').textContent !== '')
    await page.fill('#question', 'What is 2+2?')
    await page.click('#submit')
    await page.waitForFunction(() => document.getElementById('run').dataset.state === 'error')
  })

  test('that another browser began is refused, and so is a state that was made up (M18)', async () => {
    const { context, page } = await visit()
    const begun = await page.request.get(http('login/oidc'), { maxRedirects: 0 })
    assert.equal(begun.status(), 303)
    const location = new URL(begun.headers().location)
    assert.equal(location.searchParams.get('code_challenge_method'), 'S256')
    const state = location.searchParams.get('state')
    assert.equal((await cookie(context, ATTEMPT)).sameSite, 'Lax')

    const other = await visit()
    for (const query of [`state=${state}&code=x`, 'state=x&code=x', 'code=x', `state=${state}`, '']) {
      const answer = await other.page.request.get(http(`login/oidc/callback?${query}`), { maxRedirects: 0 })
      assert.equal(answer.status(), 401, query)
    }
    // the right browser, with a code that the provider does not know
    const wrong = await page.request.get(http(`login/oidc/callback?state=${state}&code=x`), { maxRedirects: 0 })
    assert.equal(wrong.status(), 401)
    assert.equal(await cookie(context, SESSION), undefined)
  })

  test('leads nowhere else, whatever it is asked', async () => {
    const { page } = await visit()
    for (const query of ['redirect_uri=https://evil.example', 'next=//evil.example', 'return_to=https://evil.example']) {
      const begun = await page.request.get(http(`login/oidc?${query}`), { maxRedirects: 0 })
      const location = new URL(begun.headers().location)
      assert.ok(location.href.startsWith(issuer), location.href)
      assert.equal(location.searchParams.get('redirect_uri'), http('login/oidc/callback'))
    }
  })
})
