// Streams in chunks over crypto/tls whose last chunk is never read. Usage: go-left-streams CERTIFICATE KEY; for each line END makes a request
// for /END to itself and prints that line.
//
//	client  it closes between two chunks, and the server had more to send
//	late    it closes between two chunks, when the server has sent the last one
//	server  it breaks off between two chunks
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
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

// What a client does and what its server does go on in turns.
var hasRead, hasSent = make(chan bool), make(chan bool)

func stream(w http.ResponseWriter, r *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	must(err)
	defer connection.Close()
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(event), event)
	<-hasRead
	if r.URL.Path == "/late" {
		io.WriteString(connection, "0\r\n\r\n")
	}
	hasSent <- true
	if r.URL.Path != "/server" {
		io.Copy(io.Discard, connection)
		io.Copy(io.Discard, connection.(*tls.Conn).NetConn()) // that was the end of TLS, and TCP's comes a moment later
	}
}

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	must(err)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	must(err)
	go http.Serve(listener, http.HandlerFunc(stream))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		response, err := client.Get("https://" + listener.Addr().String() + "/" + lines.Text())
		must(err)
		_, err = io.ReadFull(response.Body, make([]byte, len(event)))
		must(err)
		hasRead <- true
		<-hasSent
		if lines.Text() == "server" {
			io.Copy(io.Discard, response.Body)
		}
		response.Body.Close()
		fmt.Println(lines.Text())
	}
}
