import HawserHTTP

extension Response {
    /// The response with what the originals of two seeds set on every reply: a cache has to ask again each time.
    var askedAgain: Response {
        var response = self
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Expires"] = "-1"
        response.headers["Pragma"] = "no-cache"
        return response
    }
}
