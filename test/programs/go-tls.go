// TLS by Go's crypto/tls, in ways that are hard to follow. Usage: go-tls CERTIFICATE KEY CONNECTIONS ROUNDS MODE
//
// Serves HTTP/1.1 on a port of its own and makes CONNECTIONS × ROUNDS requests to it, each with the header
// `x-request-id: MODE-n` and a body that the server sends back; prints how many answers were right.
//
//	pool       net/http's client, which writes and reads on two goroutines
//	stack      a client that reads into its goroutine's own stack, which is moved in the meantime
//	collected  clients that are dropped without Close, so that a later connection has their address
//	inside     TLS in TLS, client and server
//	recovered  a client whose reads panic now and then within crypto/tls
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

const bodyBytes = 200000

var (
	mode     = os.Args[5]
	body     = bytes.Repeat([]byte("x"), bodyBytes)
	insecure = &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}
	number   int64
	right    int64
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// echo answers with the request's body.
func echo(w http.ResponseWriter, r *http.Request) {
	got, err := io.ReadAll(r.Body)
	if err == nil {
		w.Write(got)
	}
}

func requestID() string {
	return mode + "-" + strconv.FormatInt(atomic.AddInt64(&number, 1)-1, 10)
}

func check(response *http.Response, size int) {
	got, err := io.ReadAll(response.Body)
	must(err)
	response.Body.Close()
	if response.StatusCode == 200 && len(got) == size {
		atomic.AddInt64(&right, 1)
	}
}

func request(address string, size int) *http.Request {
	r, err := http.NewRequest("POST", "https://"+address+"/"+mode, bytes.NewReader(body[:size]))
	must(err)
	r.Header.Set("x-request-id", requestID())
	return r
}

func pool(address string, rounds int) {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: insecure}}
	for i := 0; i < rounds; i++ {
		response, err := client.Do(request(address, bodyBytes-i))
		must(err)
		check(response, bodyBytes-i)
	}
	client.CloseIdleConnections()
}

// onStack is a reader with a buffer that does not leave its goroutine's stack.
type onStack struct{ connection *tls.Conn }

//go:noinline
func deep(n int, connection *tls.Conn, out []byte) int {
	var buffer [512]byte
	if n > 0 {
		return deep(n-1, connection, out)
	}
	got, err := connection.Read(buffer[:])
	if err != nil {
		return -1
	}
	return copy(out, buffer[:got])
}

// Each read begins on a new goroutine, whose stack is still small and grows within crypto/tls.
func (r onStack) Read(out []byte) (int, error) {
	if len(out) > 512 {
		out = out[:512]
	}
	got := make(chan int)
	go func() { got <- deep(0, r.connection, out) }()
	if n := <-got; n >= 0 {
		return n, nil
	}
	return 0, io.EOF
}

// exchange makes a request on a connection of its own; its handshake is within the first write.
func exchange(connection *tls.Conn, reader *bufio.Reader, address string, size int) {
	r := request(address, size)
	must(r.Write(connection))
	response, err := http.ReadResponse(reader, r)
	must(err)
	check(response, size)
}

func dial(address string) net.Conn {
	connection, err := net.Dial("tcp", address)
	must(err)
	return connection
}

func stack(address string, rounds int) {
	connection := tls.Client(dial(address), insecure)
	reader := bufio.NewReader(onStack{connection})
	for i := 0; i < rounds; i++ {
		exchange(connection, reader, address, 2000+i)
	}
	connection.Close()
}

func collected(address string, rounds int) {
	for i := 0; i < rounds; i++ {
		transport := dial(address)
		connection := tls.Client(transport, insecure)
		exchange(connection, bufio.NewReader(connection), address, 10+i)
		if i%2 == 0 {
			// The next request on this connection is not whole when it is dropped.
			connection.Write([]byte("GET /unfinished HTTP/1.1\r\nhost: x\r\nx-request-id: un"))
		}
		transport.Close()
		connection = nil
		runtime.GC()
	}
}

func inside(address string, rounds int) {
	outer := tls.Client(dial(address), insecure)
	inner := tls.Client(outer, insecure)
	reader := bufio.NewReader(inner)
	for i := 0; i < rounds; i++ {
		exchange(inner, reader, address, 3000+i)
	}
	inner.Close()
}

// within accepts TLS connections whose bytes are another TLS connection's.
type within struct {
	net.Listener
	config *tls.Config
}

func (l within) Accept() (net.Conn, error) {
	outer, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tls.Server(outer, l.config), nil
}

// panicking is a transport that panics at the read after `next` was set.
type panicking struct {
	net.Conn
	next bool
}

func (p *panicking) Read(b []byte) (int, error) {
	if p.next {
		p.next = false
		panic("a transport that panics")
	}
	return p.Conn.Read(b)
}

func recovered(address string, rounds int) {
	transport := &panicking{Conn: dial(address)}
	connection := tls.Client(transport, insecure)
	must(connection.Handshake())
	reader := bufio.NewReader(connection)
	for i := 0; i < rounds; i++ {
		exchange(connection, reader, address, 100+i)
		done := make(chan bool)
		transport.next = true
		go func() {
			defer close(done)
			defer func() { recover() }()
			connection.Read(make([]byte, 1))
		}()
		<-done
	}
	connection.Close()
}

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
	must(err)
	connections, err := strconv.Atoi(os.Args[3])
	must(err)
	rounds, err := strconv.Atoi(os.Args[4])
	must(err)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	must(err)
	clients := map[string]func(string, int){
		"pool": pool, "stack": stack, "collected": collected, "inside": inside, "recovered": recovered,
	}
	address := listener.Addr().String()
	if mode == "inside" {
		listener = within{listener, config}
	}
	go http.Serve(listener, http.HandlerFunc(echo))
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	bufio.NewReader(os.Stdin).ReadString('\n')
	var all sync.WaitGroup
	for i := 0; i < connections; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			clients[mode](address, rounds)
		}()
	}
	all.Wait()
	fmt.Println(right)
	bufio.NewReader(os.Stdin).ReadString('\n')
}
