import classes from './you-tag.module.css'

export function YouTag() {
  return <span className={classes.tag}>You</span>
}
