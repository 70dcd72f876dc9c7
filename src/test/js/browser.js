import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

function executable() {
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        continue
      }
    }
  }
  throw new Error('no Chromium in PATH: src/build/install-test-tools.sh installs it')
}

/** The system's Chromium; its sandbox does not work for root, which builds in containers often are. */
export function launch() {
  return chromium.launch({
    executablePath: executable(),
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
