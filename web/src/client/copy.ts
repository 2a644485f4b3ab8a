/** Text for the clipboard. FALSE: the browser did not let it, and nobody is to be told that it did. */
export async function copyText(text: string): Promise<boolean> {
  const written = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  return written ?? false;
}
