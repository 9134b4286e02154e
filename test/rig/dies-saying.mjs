/** Loaded before a program that is to die by SIGKILL as it has said what DIES_SAYING fits, before it does anything more. */
const fatal = new RegExp(process.env.DIES_SAYING ?? '(?!)')
const write = process.stdout.write.bind(process.stdout)
let said = ''

process.stdout.write = (text, ...more) => {
  const isTaken = write(text, ...more)
  said += text
  if (fatal.test(said)) process.kill(process.pid, 'SIGKILL')
  return isTaken
}
