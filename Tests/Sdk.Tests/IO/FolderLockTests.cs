using System.Globalization;
using Steering.IO;

namespace Steering.Tests.Sdk.IO;

[TestClass]
public sealed class FolderLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Second_IsToldWhoHasIt_AndGetsItAfterTheFirst()
    {
        foreach (var take in (Func<FolderLock>[])[() => FolderLock.Inside(_folder["run"]), () => FolderLock.Beside(_folder["result.json"])])
        {
            using (take())
            {
                Refusal.Of(() => take().Dispose(), string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}"), Environment.MachineName, "since", "Wait until it is done");
            }

            take().Dispose();
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["run"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder.Path));
    }

    /// <summary>What a killed owner leaves names it, and stops nobody.</summary>
    [TestMethod]
    public void Files_WithoutAnOwner_AreNoLock()
    {
        Directory.CreateDirectory(_folder["run"]);
        _folder.Write(Path.Combine("run", ".steer-lock"), []);
        _folder.Write(Path.Combine("run", ".steer-lock.owner"), "process 1 on elsewhere"u8);
        using (FolderLock.Inside(_folder["run"]))
        {
            Assert.IsTrue(Directory.GetFiles(_folder["run"]).All(FolderLock.IsPartOf));
        }

        Assert.IsEmpty(Directory.GetFiles(_folder["run"]));
    }

    /// <summary>Owners that come and go remove the file under each other's feet; two never hold the lock at once.</summary>
    [TestMethod]
    public void Owners_ThatComeAndGo_NeverHoldItTogether()
    {
        var (holders, most, taken) = (0, 0, 0);
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ =>
        {
            FolderLock held;
            try
            {
                held = FolderLock.Beside(_folder["x"]);
            }
            catch (SteeringException)
            {
                return;
            }

            var now = Interlocked.Increment(ref holders);
            InterlockedMax(ref most, now);
            Interlocked.Increment(ref taken);
            Thread.SpinWait(100);
            Interlocked.Decrement(ref holders);
            held.Dispose();
        });
        Assert.AreEqual(1, most);
        Assert.IsGreaterThan(0, taken);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [TestMethod]
    public void Folder_ThatCannotBe_IsRefused() =>
        Refusal.Of(() => FolderLock.Inside(Path.Combine(_folder.Write("file", "x"u8), "below")).Dispose(), "cannot be written", "Choose a folder");

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; value > seen; seen = target)
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
