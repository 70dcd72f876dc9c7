import { playground } from './playground.js'

const element = (id) => document.getElementById(id)

const endpoint = new URL('cortex/websocket', document.baseURI)
endpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:'
endpoint.search = ''
endpoint.hash = ''

element('endpoint').textContent = endpoint.pathname.replace(/\/websocket$/, '')
element('example').textContent = element('example').textContent.replace(/"ws:[^"]*"/, JSON.stringify(endpoint.href))

if (navigator.clipboard) {
  const copy = element('copy')
  copy.hidden = false
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(element('example').textContent)
    copy.textContent = 'Copied'
    setTimeout(() => {
      copy.textContent = 'Copy'
    }, 2000)
  })
}

playground(endpoint.href)

try {
  const { ways, login } = await (await fetch(new URL('login', document.baseURI))).json()
  element('login').hidden = login !== undefined || ways.length === 0
  if (login) {
    element('subject').textContent = login.subject
    element('account').hidden = false
    element('key').required = false
    element('key').placeholder = 'not needed while logged in'
  }
} catch {
  element('login').hidden = true
}

element('logout').addEventListener('click', async () => {
  await fetch(new URL('login', document.baseURI), { method: 'DELETE' })
  location.reload()
})

try {
  const { mode, engine, version, health } = await (await fetch(new URL('api/info', document.baseURI))).json()
  element('mode').textContent = mode
  element('engine').textContent = engine
  element('version').textContent = version
  // Of a port of its own where the server has a management port; that one may be closed to this browser.
  const port = /^:\d+/.exec(health)?.[0]
  element('health').href = port ? `http://${location.hostname}${health}/ready` : `${health}/ready`
  element('health').textContent = port ? `Health (port ${port.slice(1)})` : 'Health'
  element('health').hidden = false
  if (mode === 'development') {
    element('development').hidden = false
    element('key').value ||= 'test_key'
    element('example').textContent = element('example').textContent.replace('YOUR_KEY', 'test_key')
  }
} catch {
  element('mode').textContent = 'unknown: /api/info does not answer'
}
