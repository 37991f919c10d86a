// Reads lines [name, text, ...] of JSON, and writes for each what kubectl's decoder makes of the text: name, "value" or "error", and the JSON or the message.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"sigs.k8s.io/yaml"
)

func read(text string) (out string, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	value, err := yaml.YAMLToJSON([]byte(text))
	return string(value), err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var row []json.RawMessage
		var name, text string
		if json.Unmarshal(lines.Bytes(), &row) != nil || json.Unmarshal(row[0], &name) != nil || json.Unmarshal(row[1], &text) != nil {
			panic(lines.Text())
		}
		value, err := read(text)
		if err != nil {
			fmt.Printf("%s\terror\t%s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("%s\tvalue\t%s\n", name, value)
		}
	}
}
