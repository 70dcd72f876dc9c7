const KEPT = 300
const MASK = '•••'

/** The last frames of the wire, as they are but for the key; drawn while somebody looks. */
export class Frames {
  #details
  #list
  #count
  #frames = []
  #total = 0
  #drawn = 0

  constructor(details, list, count) {
    this.#details = details
    this.#list = list
    this.#count = count
    details.addEventListener('toggle', () => this.#draw())
  }

  add(direction, frame) {
    this.#frames.push({ direction, text: JSON.stringify(masked(frame)) })
    if (this.#frames.length > KEPT) {
      this.#frames.shift()
    }
    this.#total++
    this.#count.textContent = this.#total
    this.#draw()
  }

  #draw() {
    if (!this.#details.open) {
      return
    }
    const atEnd = this.#list.scrollTop + this.#list.clientHeight >= this.#list.scrollHeight - 4
    const missing = Math.min(this.#total - this.#drawn, this.#frames.length)
    for (const { direction, text } of this.#frames.slice(this.#frames.length - missing)) {
      const line = document.createElement('li')
      line.className = direction
      line.textContent = text
      this.#list.append(line)
    }
    this.#drawn = this.#total
    while (this.#list.childElementCount > KEPT) {
      this.#list.firstElementChild.remove()
    }
    if (atEnd) {
      this.#list.scrollTop = this.#list.scrollHeight
    }
  }
}

function masked(frame) {
  const [joinRef, ref, topic, event, payload] = frame
  return payload?.api_key === undefined ? frame : [joinRef, ref, topic, event, { ...payload, api_key: MASK }]
}
