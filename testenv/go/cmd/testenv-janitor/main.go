// Command testenv-janitor waits for the end of a supervisor and removes what it left behind.
package main

import "hearth/testenv/janitor"

func main() {
	janitor.Main()
}
