/** The current time in seconds, for all ages in the page; updated once per second while the page is visible. */
export interface Clock {
  readonly now: number;
}

export function createClock(): Clock {
  let now = $state(Math.floor(Date.now() / 1000));
  const tick = (): void => {
    now = Math.floor(Date.now() / 1000);
  };
  setInterval(() => {
    if (!document.hidden) tick();
  }, 1000);
  document.addEventListener('visibilitychange', tick);
  return {
    get now() {
      return now;
    },
  };
}
