using Steering.Export.Hub;

namespace Steering.Tests.Export.Hub;

[TestClass]
public sealed class SilenceGuardTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>A timer's callback may come after the timer was disposed of, and what it throws ends the process.</summary>
    [TestMethod]
    public void ATimerThatFiresAfterDispose_DoesNothing()
    {
        var time = new HandTimer();
        new SilenceGuard(time, Silence, CancellationToken.None).Dispose();
        time.Fire();
    }

    [TestMethod]
    public void Silence_Cancels_AndIsToldFromTheCallersWish()
    {
        var time = new HandTimer();
        using var guard = new SilenceGuard(time, Silence, CancellationToken.None);
        Assert.IsFalse(guard.Token.IsCancellationRequested);
        time.Fire();
        Assert.IsTrue(guard.Token.IsCancellationRequested);
        Assert.IsTrue(guard.WasSilent);

        using var caller = new CancellationTokenSource();
        using var other = new SilenceGuard(time, Silence, caller.Token);
        caller.Cancel();
        Assert.IsTrue(other.Token.IsCancellationRequested);
        Assert.IsFalse(other.WasSilent);
    }

    [TestMethod]
    public void Heard_CountsTheSilenceAnew()
    {
        var time = new HandTimer();
        using var guard = new SilenceGuard(time, Silence, CancellationToken.None);
        guard.Heard();
        guard.Heard();
        Assert.AreSequenceEqual([Silence, Silence, Silence], time.DueTimes);
    }

    /// <summary>One timer, which fires when the test says so, disposed of or not.</summary>
    private sealed class HandTimer : TimeProvider, ITimer
    {
        private Action? _fire;

        public List<TimeSpan> DueTimes { get; } = [];

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            DueTimes.Add(dueTime);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueTimes.Add(dueTime);
            return true;
        }

        public void Dispose()
        {
            // The callback may be under way.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
