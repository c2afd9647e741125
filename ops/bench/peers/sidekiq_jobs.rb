# The jobs of the Sidekiq side; loaded by the worker (`sidekiq -r`) and by the producer.
require "sidekiq"

Sidekiq.logger.level = Logger::WARN

# One short line per event, appended in one write so that threads and processes do not mix.
LEDGER = File.open(ENV.fetch("LEDGER"), File::WRONLY | File::APPEND | File::CREAT)
LEDGER.sync = true

def now
  Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)
end

class Nothing
  include Sidekiq::Worker
  def perform(index)
    LEDGER.syswrite("done #{index} #{now}\n")
  end
end

class Latency
  include Sidekiq::Worker
  def perform(index, sent)
    LEDGER.syswrite("done #{index} #{now - sent}\n")
  end
end

class Slow
  include Sidekiq::Worker
  def perform(index)
    LEDGER.syswrite("start #{index} #{now}\n")
    sleep 0.05
    LEDGER.syswrite("done #{index} #{now}\n")
  end
end
