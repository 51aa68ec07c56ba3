// The part of a map that nobody sees: it asks the server for titles and hands them on.
const waiters = new WeakMap();
const meeting = (globalThis.limnMap ??= new EventTarget());
const titles = (globalThis.limnTitles ??= new Map());

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector("i");
  let waiter = waiters.get(host);
  if (!waiter) {
    waiter = { listen: (event) => {
      if (event.detail.of === waiter.of) waiter.tell("asked", event.detail.places);
    } };
    waiters.set(host, waiter);
    meeting.addEventListener("ask", waiter.listen);
  }
  waiter.of = data.of;
  waiter.tell = setTriggerValue;
  if (titles.size > 60000) titles.clear();
  for (const [place, title] of data.titles) titles.set(data.of + place, title);
  meeting.dispatchEvent(new Event("titles"));
  return () => { meeting.removeEventListener("ask", waiter.listen); waiters.delete(host); };
}
