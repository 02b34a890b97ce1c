/** Closes a port so that the calls over it end. */
export function closePort(port: MessagePort): void {
  // Only the other end gets the close event. Without this line pending calls would never end.
  port.dispatchEvent(new Event('close'));
  port.close();
}
