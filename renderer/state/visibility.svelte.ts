/** Whether the window or the tab can be seen. Must be called inside a component. */
export function createVisibility(): { readonly isVisible: boolean } {
  let isVisible = $state(!document.hidden);
  $effect(() => {
    const look = (): void => {
      isVisible = !document.hidden;
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  });
  return {
    get isVisible() {
      return isVisible;
    },
  };
}
