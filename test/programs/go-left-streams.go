// Streams in chunks over crypto/tls whose last chunk is never read. Usage: go-left-streams CERTIFICATE KEY; for each line END makes a request
// for /END to itself and prints that line.
//
//	client  it closes between two chunks, and the server had more to send
//	server  it breaks off between two chunks
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

const event = "an event"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func stream(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, event)
	w.(http.Flusher).Flush()
	if r.URL.Path == "/server" {
		panic(http.ErrAbortHandler)
	}
	<-r.Context().Done()
}

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	must(err)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	must(err)
	log.SetOutput(io.Discard)
	go http.Serve(listener, http.HandlerFunc(stream))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		response, err := client.Get("https://" + listener.Addr().String() + "/" + lines.Text())
		must(err)
		_, err = io.ReadFull(response.Body, make([]byte, len(event)))
		must(err)
		if lines.Text() == "server" {
			io.Copy(io.Discard, response.Body)
		}
		response.Body.Close()
		fmt.Println(lines.Text())
	}
}
