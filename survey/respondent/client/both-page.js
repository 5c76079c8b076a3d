/** The script of a page that only has to be read: the switch between its two languages. */
import { begin } from './both.js'

begin()
