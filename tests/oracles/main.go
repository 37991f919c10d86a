// Says what decoders of Go make of YAML. Reads lines [name, text, ...] of JSON, and writes a line of JSON for each: the documents that kubectl reads, and those
// that yaml.v3 reads, up to the first that is refused, and why that is.
//
// With the argument `first` it writes what the decoder below kubectl makes of the first document alone: name, "value" or "error", and the JSON or the message.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	yaml3 "go.yaml.in/yaml/v3"
	stream "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Read is what a decoder makes of a text.
type Read struct {
	Documents []json.RawMessage `json:"documents"`
	Refused   string            `json:"refused,omitempty"`
}

// A reader gives the next document, or io.EOF.
type reader func() (json.RawMessage, error)

func all(next reader) (read Read) {
	defer func() {
		if problem := recover(); problem != nil {
			read.Refused = fmt.Sprint(problem)
		}
	}()
	read.Documents = []json.RawMessage{}
	for {
		document, err := next()
		if errors.Is(err, io.EOF) {
			return read
		}
		if err != nil {
			read.Refused = err.Error()
			return read
		}
		read.Documents = append(read.Documents, document)
	}
}

// As `kubectl apply` reads a file: it looks whether it is JSON, parts documents at lines with `---`, and gives each to sigs.k8s.io/yaml.
func kubectl(text string) reader {
	decoder := stream.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	return func() (json.RawMessage, error) {
		var document json.RawMessage
		err := decoder.Decode(&document)
		if err == nil && len(bytes.TrimSpace(document)) == 0 {
			document = json.RawMessage("null")
		}
		return document, err
	}
}

func version3(text string) reader {
	decoder := yaml3.NewDecoder(strings.NewReader(text))
	return func() (json.RawMessage, error) {
		var document any
		if err := decoder.Decode(&document); err != nil {
			return nil, err
		}
		value, err := plain(document)
		if err != nil {
			return nil, err
		}
		return json.Marshal(value)
	}
}

// The value with keys of text, as JSON needs them.
func plain(value any) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			member, err := plain(member)
			if err != nil {
				return nil, err
			}
			value[key] = member
		}
	case map[any]any:
		named := map[string]any{}
		for key, member := range value {
			member, err := plain(member)
			if err != nil {
				return nil, err
			}
			named[fmt.Sprint(key)] = member
		}
		return named, nil
	case []any:
		for at, member := range value {
			member, err := plain(member)
			if err != nil {
				return nil, err
			}
			value[at] = member
		}
	}
	return value, nil
}

func first(name, text string) {
	next := func() (out string, err error) {
		defer func() {
			if problem := recover(); problem != nil {
				err = fmt.Errorf("%v", problem)
			}
		}()
		value, err := yaml.YAMLToJSON([]byte(text))
		return string(value), err
	}
	value, err := next()
	if err != nil {
		fmt.Printf("%s\terror\t%s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
	} else {
		fmt.Printf("%s\tvalue\t%s\n", name, value)
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var row []json.RawMessage
		var name, text string
		if json.Unmarshal(lines.Bytes(), &row) != nil || json.Unmarshal(row[0], &name) != nil || json.Unmarshal(row[1], &text) != nil {
			panic(lines.Text())
		}
		if len(os.Args) > 1 && os.Args[1] == "first" {
			first(name, text)
			continue
		}
		said := map[string]any{"name": name, "kubectl": all(kubectl(text)), "v3": all(version3(text))}
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}
