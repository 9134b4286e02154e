import { Logo } from '../ui/logo.tsx'
import classes from './splash.module.css'

/** While the session is being found. */
export function Splash() {
  return (
    <div className={classes.splash} role="status" aria-label="Loading">
      <Logo size={44} />
    </div>
  )
}
