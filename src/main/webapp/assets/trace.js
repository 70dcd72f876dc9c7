/**
 * The rhythm of one answer: a line for each thought at the time it came, and a band for the time without a connection.
 */
export class Trace {
  #svg
  #startedAt = 0
  #gap = null
  #moving = false

  constructor(svg) {
    this.#svg = svg
  }

  start() {
    this.#svg.replaceChildren()
    this.#startedAt = performance.now()
    this.#gap = null
    this.#moving = true
    this.#scale()
    requestAnimationFrame(this.#move)
  }

  /** A thought has come. */
  mark(type) {
    const x = this.#now()
    this.#draw('line', type === 'text' ? 'text' : 'step', { x1: x, x2: x, y1: type === 'text' ? 7 : 1, y2: 20 })
  }

  /** There is no connection. */
  lose() {
    this.#gap ??= this.#draw('rect', 'gap', { x: this.#now(), y: 0, width: 0, height: 20 })
  }

  /** There is one again. */
  restore() {
    this.#stretchGap()
    this.#gap = null
  }

  stop(how) {
    const x = this.#now()
    this.#draw('line', `end ${how}`, { x1: x, x2: x, y1: 0, y2: 20 })
    this.restore()
    this.#moving = false
    this.#scale()
  }

  #move = () => {
    if (this.#moving) {
      this.#stretchGap()
      this.#scale()
      requestAnimationFrame(this.#move)
    }
  }

  #now() {
    return Math.round(performance.now() - this.#startedAt)
  }

  #stretchGap() {
    if (this.#gap) {
      this.#gap.setAttribute('width', Math.max(0, this.#now() - Number(this.#gap.getAttribute('x'))))
    }
  }

  #scale() {
    this.#svg.setAttribute('viewBox', `-4 0 ${Math.max(1500, this.#now() * 1.02) + 8} 20`)
  }

  #draw(name, kind, attributes) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', name)
    shape.setAttribute('class', kind)
    shape.setAttribute('vector-effect', 'non-scaling-stroke')
    for (const [key, value] of Object.entries(attributes)) {
      shape.setAttribute(key, value)
    }
    return this.#svg.appendChild(shape)
  }
}
