/**
 * Building the page from nodes. No text ever becomes markup: what the manifest says stays text, and a strict
 * Content-Security-Policy with Trusted Types has nothing to refuse.
 */
import { withChoices } from './language.js'

/** h('p', {class: 'hint', onClick: f}, 'text', node, [more], null) */
export function h(name, attributes, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2).toLowerCase(), value)
    else if (key === 'value' || key === 'checked' || key === 'disabled') node[key] = value
    else node.setAttribute(key, value === true ? '' : value)
  }
  append(node, children)
  return node
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) append(node, child)
    else node.appendChild(typeof child === 'string' ? document.createTextNode(child) : child)
  }
}

export function replace(node, ...children) {
  while (node.firstChild) node.removeChild(node.firstChild)
  append(node, children)
}

/** A heading that receives the focus when its screen appears: a screen reader says where one is. */
export function heading(...children) {
  return h('h1', { tabindex: '-1', 'data-focus': true }, ...children)
}

/** A link to another of these pages. Language and size of type go along behind the #, which no server sees. */
export function link(path, label, attributes = {}) {
  const tell = ({ currentTarget }) => {
    currentTarget.href = withChoices(path)
  }
  return h('a', { href: path, rel: 'noreferrer', onClick: tell, ...attributes }, label)
}

/** A button that cannot be pressed twice: it sleeps while its work is under way. */
export function button(label, work, attributes = {}) {
  let busy = false
  const node = h('button', { type: 'button', class: 'quiet', ...attributes }, label)
  node.addEventListener('click', async (event) => {
    event.preventDefault() // a form is there for the Enter key; nothing is ever submitted by the browser
    if (busy) return
    busy = true
    node.setAttribute('aria-disabled', 'true')
    try {
      await work(node)
    } finally {
      busy = false
      node.removeAttribute('aria-disabled')
    }
  })
  return node
}

export const primary = (label, work, attributes = {}) => button(label, work, { ...attributes, class: 'main' })
