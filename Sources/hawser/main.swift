import Foundation
import HawserCore
import HawserMetadata

// A reader that goes away (`hawser jobs ls | head`) is an error of one write, not the end of the process.
signal(SIGPIPE, SIG_IGN)
MongoDriver.start()
exit(await Command.hawser.main(Array(CommandLine.arguments.dropFirst())))
