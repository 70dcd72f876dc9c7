/** The login page, with the realm of the server behind it, in Chromium. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch } from './browser.js'
import { closing, http } from './helpers.js'

let browser

before(async () => {
  browser = await launch()
})

after(() => browser?.close())

describe('the login page', { timeout: 60_000 }, () => {
  test('says that a password is wrong, lets in with the right one, and out again (D7)', async () => {
    const context = closing(await browser.newContext())
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(http(''))
    await page.click('#login a')
    await page.waitForSelector('#password-login:not([hidden])')
    assert.equal(await page.isHidden('#openid-login'), true)

    await page.fill('#name', 'ann')
    await page.fill('#password', 'wrong')
    await page.click('#submit')
    await page.waitForFunction(() => document.getElementById('status').textContent.includes('not accepted'))
    assert.equal(await page.inputValue('#password'), '')
    assert.deepEqual(await context.cookies(), [])

    await page.fill('#password', 'ann-password')
    await page.click('#submit')
    await page.waitForURL(http(''))
    await page.waitForFunction(() => document.getElementById('subject').textContent === 'realm:ann')
    assert.equal(page.url().includes('password'), false)

    await page.fill('#question', 'What is 2+2?')
    await page.click('#submit')
    await page.waitForFunction(() => document.getElementById('run').dataset.state === 'done')
    assert.match(await page.textContent('#answer'), /4/)

    await page.click('#logout')
    await page.waitForFunction(() => !document.getElementById('login').hidden)
    assert.deepEqual(await context.cookies(), [])
  })
})
