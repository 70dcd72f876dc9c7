/** The login page: the ways there are, and what became of an attempt. */

const element = (id) => document.getElementById(id)
const form = element('password-login')
const tell = (text) => {
  element('status').textContent = text
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  element('submit').disabled = true
  tell('…')
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      redirect: 'manual',
    })
    if (answer.type === 'opaqueredirect') {
      location.assign('./')
      return
    }
    tell(answer.status === 401 ? 'Name or password is not accepted' : 'Login is not possible now')
  } catch {
    tell('The server does not answer')
  }
  element('password').value = ''
  element('submit').disabled = false
})

try {
  const { ways } = await (await fetch('login')).json()
  form.hidden = !ways.includes('password')
  element('openid-login').hidden = !ways.includes('openid')
  if (ways.length === 0) {
    tell('This server has API keys and tokens only')
  }
} catch {
  tell('The server does not answer')
}
