/** What the browser itself may do to a page: bring an old one back, or throw one away that holds the only copy. */

/** mayBeBehind(), isOnlyCopy(): asked at the moment. */
export function guard({ mayBeBehind, isOnlyCopy }) {
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted && mayBeBehind()) location.reload()
  })
  window.addEventListener('beforeunload', (event) => {
    if (!isOnlyCopy()) return
    event.preventDefault()
    event.returnValue = '' // for browsers of before 2024
  })
}
