using Steering.Training.Torch;

namespace Steering.Tests.Training.Torch;

[TestClass]
public sealed class LateNoticeTests
{
    [TestMethod]
    public void During_WhatANoticeThrows_ReachesTheCaller()
    {
        using var given = new ManualResetEventSlim();
        var failure = Assert.ThrowsExactly<ObjectDisposedException>(() => LateNotice.During(
            given.Wait,
            TimeSpan.Zero,
            () =>
            {
                given.Set();
                throw new ObjectDisposedException("the writer");
            }));
        Assert.AreEqual("the writer", failure.ObjectName);
    }

    [TestMethod]
    public void During_QuickWork_GivesNoNotice() =>
        LateNotice.During(() => { }, TimeSpan.FromDays(1), () => throw new AssertFailedException("There was nothing to wait for."));
}
