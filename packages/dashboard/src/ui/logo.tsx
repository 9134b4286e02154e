/** Somebody who answers the roll: a head over a tick. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Rolecall">
      <rect width="32" height="32" rx="9" fill="var(--mantine-color-petrol-7)" />
      <circle cx="16" cy="9.5" r="3.5" fill="#fff" />
      <path
        d="M8.5 18.5l5.2 5.2L23.5 15"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
