using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class NativeLifetimeTests
{
    [TestMethod]
    public void Close_LetsNobodyInAnyMore_AndFreesOnce()
    {
        var freed = 0;
        var life = new NativeLifetime(this, () => freed++);
        using (life.Call())
        {
            Assert.AreEqual(0, freed);
        }

        life.Close();
        life.Close();
        Assert.AreEqual(1, freed);
        Assert.IsTrue(life.IsClosed);
        Assert.ThrowsExactly<ObjectDisposedException>(() => life.Call());
        Assert.ThrowsExactly<ObjectDisposedException>(() => life.Lease());
        Assert.ThrowsExactly<ObjectDisposedException>(life.ThrowIfClosed);
    }

    [TestMethod]
    public void Close_WaitsForTheCallOfAnotherThread()
    {
        using var inside = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var (ended, freed) = (false, false);
        var life = new NativeLifetime(this, () => freed = true);
        var caller = new Thread(() =>
        {
            using var call = life.Call();
            inside.Set();
            goOn.Wait();
            ended = true;
        });
        caller.Start();
        inside.Wait();
        var closer = new Thread(life.Close);
        closer.Start();

        // Whoever comes while it closes is turned away, and only then does the call go on.
        while (!life.IsClosed)
        {
            Thread.Yield();
        }

        Assert.IsFalse(freed);
        goOn.Set();
        closer.Join();
        Assert.IsTrue(ended);
        Assert.IsTrue(freed);
        caller.Join();
    }

    [TestMethod]
    public void Close_FromWithinACall_DoesNotWaitForItself()
    {
        var freed = false;
        var life = new NativeLifetime(this, () => freed = true);
        using (life.Call())
        {
            life.Close();
            Assert.IsFalse(freed);
        }

        Assert.IsTrue(freed);
    }

    [TestMethod]
    public void Lease_KeepsWhatIsClosed_UntilItEnds()
    {
        var freed = false;
        var life = new NativeLifetime(this, () => freed = true);
        var lease = life.Lease();
        life.Close();
        Assert.IsFalse(freed);
        Assert.ThrowsExactly<ObjectDisposedException>(() => lease.Call());
        lease.Dispose();
        lease.Dispose();
        Assert.IsTrue(freed);
    }
}
