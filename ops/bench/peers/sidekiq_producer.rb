# Enqueues for Sidekiq: sidekiq_producer.rb single|bulk|slow COUNT, prints the seconds it took; `latency COUNT`.
require_relative "sidekiq_jobs"

mode, count = ARGV[0], ARGV[1].to_i
Sidekiq.redis(&:ping)
start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
case mode
when "single" then count.times { |i| Nothing.perform_async(i) }
when "bulk"
  (0...count).each_slice(1000) { |ids| Sidekiq::Client.push_bulk("class" => Nothing, "args" => ids.map { |i| [i] }) }
when "slow" then count.times { |i| Slow.perform_async(i) }
when "latency"
  count.times do |i|
    before = File.size(ENV["LEDGER"])
    Latency.perform_async(i, now)
    sleep 0.001 while File.size(ENV["LEDGER"]) == before
    sleep rand * 0.01
  end
end
puts Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
